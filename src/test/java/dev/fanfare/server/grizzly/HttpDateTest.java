package dev.fanfare.server.grizzly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HttpDateTest {
    private final ManualTicker ticker = new ManualTicker();
    private final HttpDate date = new HttpDate(ticker);

    @Test
    void theDateFollowsTheClockOnAndBack() {
        assertThat(date.text()).isEqualTo("Thu, 01 Jan 2026 00:00:00 GMT");
        ticker.advance(Duration.ofMillis(999));
        assertThat(date.text()).isEqualTo("Thu, 01 Jan 2026 00:00:00 GMT");
        ticker.advance(Duration.ofMillis(1));
        assertThat(date.text()).isEqualTo("Thu, 01 Jan 2026 00:00:01 GMT");
        ticker.jump(Duration.ofHours(-48));
        assertThat(date.text()).as("somebody has set the clock back").isEqualTo("Tue, 30 Dec 2025 00:00:01 GMT");
        ticker.jump(Duration.ofHours(48));
        assertThat(date.text()).isEqualTo("Thu, 01 Jan 2026 00:00:01 GMT");
    }
}
