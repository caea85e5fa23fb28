package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamSettingsTest {
    private static StreamSettings withTail(int events) {
        StreamSettings usual = StreamSettings.DEFAULTS;
        return new StreamSettings(
                usual.heartbeat(),
                usual.retry(),
                events,
                usual.tailBytes(),
                usual.pinnedBytes(),
                usual.sendBufferBytes(),
                usual.writeTimeout(),
                usual.maxDuration());
    }

    @Test
    void aTailHasPlacesForSomeEvents() {
        assertThatIllegalArgumentException().isThrownBy(() -> withTail(15)).withMessageContaining("from 16 to 4194304");
    }

    @ParameterizedTest
    @ValueSource(ints = {StreamSettings.MOST_TAIL_EVENTS + 1, Integer.MAX_VALUE})
    void aTailThatWouldTakeAllMemoryIsRefused(int events) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> withTail(events))
                .withMessageContaining("from 16 to 4194304");
    }
}
