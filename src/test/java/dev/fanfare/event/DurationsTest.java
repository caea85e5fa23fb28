package dev.fanfare.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "PT0S, 0s",
        "PT0.0004S, 0s",
        "PT0.25S, 250ms",
        "PT1.9S, 1s",
        "PT59M58S, 59m 58s",
        "PT-59M-58S, 59m 58s",
        "PT1H, 1h",
        "PT1H59S, 1h",
        "PT26H59M, 1d 2h",
        "P3650D, 3650d"
    })
    void aDurationForPeopleHasTwoUnitsThatFollowEachOther(Duration duration, String words) {
        assertThat(Durations.inTwoUnits(duration)).isEqualTo(words);
    }
}
