package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.hub.HubFixture;
import dev.fanfare.testing.RecordedLog;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class SystemTickerTest {
    @Test
    void whateverATaskFailsByIsToldAndTheNextRings() {
        try (SystemTicker ticker = new SystemTicker();
                RecordedLog log = new RecordedLog(SystemTicker.class.getName())) {
            ticker.schedule(Duration.ZERO, () -> {
                throw new IllegalStateException("told to fail");
            });
            ticker.schedule(Duration.ZERO, () -> {
                throw new OutOfMemoryError("told to fail");
            });
            CountDownLatch rung = new CountDownLatch(1);
            ticker.schedule(Duration.ofMillis(1), rung::countDown);
            HubFixture.await(rung);
            assertThat(log.count(Level.SEVERE)).isEqualTo(2);
        }
    }
}
