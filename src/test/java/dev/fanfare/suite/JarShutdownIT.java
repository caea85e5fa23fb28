package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.End;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The standalone jar is told to end. */
class JarShutdownIT {

    @Test
    void sigtermEndsTheStreamsInGoodOrderAndTheProcess() {
        try (JobSource jobs = new JobSource()) {
            jobs.set("a", "{\"progress\":1}");
            Map<String, String> settings = new HashMap<>(HttpSuite.settings(jobs));
            settings.put("fanfare.demo.count", "10000");
            try (JarHost host = JarHost.start("jar-shutdown", settings)) {
                List<EventStream> streams = List.of(
                        EventStream.open(host.port(), "/stream"),
                        EventStream.open(host.port(), "/prices"),
                        EventStream.open(host.port(), "/status/jobs/stream?job=a"));
                streams.forEach(EventStream::next);

                host.child().process().destroy();

                assertThat(host.child().exited(Duration.ofSeconds(60)))
                        .as("ended")
                        .isTrue();
                assertThat(host.child().process().exitValue())
                        .as(host.child().output())
                        .isZero();
                assertThat(streams)
                        .allSatisfy(stream -> assertThat(stream.awaitEnd()).isEqualTo(End.COMPLETE));
                streams.forEach(EventStream::close);
            }
        }
    }
}
