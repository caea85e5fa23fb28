package dev.fanfare.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.config.Settings;
import dev.fanfare.config.SettingsLoader;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class MemoryBoundsTest {
    private static Settings settings(String... pairs) {
        Properties properties = new Properties();
        for (int i = 0; i < pairs.length; i += 2) {
            properties.setProperty(pairs[i], pairs[i + 1]);
        }
        return SettingsLoader.of(List.of(), properties);
    }

    @Test
    void theDefaultsFitTheHeapThatTheyAreMadeFor() {
        long heap = Runtime.getRuntime().maxMemory();

        assertThat(MemoryBounds.warning(settings(), heap)).isEmpty();
        assertThat(settings().stream().pinnedBytes()).isLessThanOrEqualTo(heap / 8);
        assertThat(settings().stream().tailBytes()).isLessThanOrEqualTo(heap / 8);
    }

    @Test
    void limitsThatExceedTheHeapAreNamedWithWhatWouldHelp() {
        assertThat(MemoryBounds.warning(settings("fanfare.stream.pinned-bytes", "1GiB"), 256L << 20))
                .hasValueSatisfying(words -> assertThat(words)
                        .contains("fanfare.stream.pinned-bytes (1024 MiB)")
                        .contains("at most 256 MiB")
                        .contains("-Xmx"));
    }
}
