package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The standalone server is killed (SIGKILL) at random moments while publishers publish, and started again in the same place.
 * What was answered with 200 is there exactly once, in order, and subscribers who reconnect see each event exactly once.
 */
class CrashTest {

    /** Three times; as often as the system property says in the profile {@code stress}. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void whatWasAnsweredSurvivesKills() throws Exception {
        int kills = Integer.getInteger("test.kills", 3);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ServerUnderTest server = new ServerUnderTest("crash");
        try (Traffic traffic = Traffic.to(server.port(), 0)) {
            for (int kill = 0; kill < kills; kill++) {
                try (ChildProcess running = server.start()) {
                    traffic.awaitMore(1 + random.nextInt(300));
                    running.process().destroyForcibly();
                    assertThat(running.exited(Duration.ofSeconds(60))).isTrue();
                }
            }
            try (ChildProcess running = server.start()) {
                traffic.compare("seed " + seed);
            }
        }
    }
}
