package dev.fanfare.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SourceSettingsTest {

    @Test
    void namesTheValueThatIsOutOfRangeAndTheRange() {
        assertThatThrownBy(() ->
                        SourceSettings.builder().every(Duration.ofMillis(5)).build())
                .hasMessage("every is 5ms; it must be from 100ms to 86400000ms");
        assertThatThrownBy(() -> SourceSettings.builder().maxWatches(0).build()).hasMessageContaining("watches is 0");
    }

    @Test
    void refusesReservedRepeatedAndMalformedNamesOfParameters() {
        assertThatThrownBy(() -> SourceSettings.builder().params("ignore").build())
                .hasMessageContaining("reserved");
        assertThatThrownBy(() -> SourceSettings.builder().params("a", "a").build())
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> SourceSettings.builder().params("a b").build()).hasMessageContaining("'a b'");
    }

    @Test
    void refusesAPatternForWhatIsNoParameter() {
        assertThatThrownBy(() -> SourceSettings.builder()
                        .params("job")
                        .patterns(Map.of("jop", Pattern.compile("x")))
                        .build())
                .hasMessageContaining("'jop'")
                .hasMessageContaining("[job]");
    }

    @Test
    void hasTheDefaultsOfTheReference() {
        SourceSettings defaults = SourceSettings.builder().build();
        assertThat(defaults.every()).isEqualTo(Duration.ofSeconds(5));
        assertThat(defaults.timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(defaults.linger()).isEqualTo(Duration.ofSeconds(60));
        assertThat(defaults.retry()).isEqualTo(Duration.ofSeconds(30));
        assertThat(defaults.maxWatches()).isEqualTo(1000);
    }
}
