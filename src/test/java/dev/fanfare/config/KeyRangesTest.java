package dev.fanfare.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.history.HistorySettings;
import dev.fanfare.stream.StreamSettings;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A key's range is told in its fault and in the reference; the settings it goes into have to take all of it. */
class KeyRangesTest {

    static Stream<Arguments> keys() {
        return Stream.of(
                Arguments.of(Keys.HEARTBEAT, StreamSettings.DEFAULTS, "heartbeat"),
                Arguments.of(Keys.RETRY, StreamSettings.DEFAULTS, "retry"),
                Arguments.of(Keys.TAIL_EVENTS, StreamSettings.DEFAULTS, "tailEvents"),
                Arguments.of(Keys.TAIL_BYTES, StreamSettings.DEFAULTS, "tailBytes"),
                Arguments.of(Keys.PINNED_BYTES, StreamSettings.DEFAULTS, "pinnedBytes"),
                Arguments.of(Keys.SEND_BUFFER, StreamSettings.DEFAULTS, "sendBufferBytes"),
                Arguments.of(Keys.WRITE_TIMEOUT, StreamSettings.DEFAULTS, "writeTimeout"),
                Arguments.of(Keys.MAX_DURATION, StreamSettings.DEFAULTS, "maxDuration"),
                Arguments.of(Keys.MAX_EVENTS, HistorySettings.DEFAULTS, "maxEvents"),
                Arguments.of(Keys.MAX_AGE, HistorySettings.DEFAULTS, "maxAge"),
                Arguments.of(Keys.MAX_BYTES, HistorySettings.DEFAULTS, "maxBytes"),
                Arguments.of(Keys.REPLAY_MAX, HistorySettings.DEFAULTS, "replayMax"),
                Arguments.of(Keys.DEMO_COUNT, DemoSettings.DEFAULTS, "count"),
                Arguments.of(Keys.DEMO_DELAY, DemoSettings.DEFAULTS, "delay"),
                Arguments.of(Keys.DEMO_RETRY, DemoSettings.DEFAULTS, "retry"));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void settingsTakeBothEndsOfAKeysRangeAndNothingBelow(Key<?> key, Record defaults, String component)
            throws Exception {
        String[] words = key.form().description().split(", |least | to ");
        List<String> ends = Arrays.asList(words).subList(words[1].startsWith("at") ? 2 : 1, words.length);
        for (String end : ends) {
            with(defaults, component, key.form().parser().apply(end));
        }
        Object least = key.form().parser().apply(ends.get(0));
        assertThatThrownBy(() -> with(defaults, component, justBelow(least)))
                .isInstanceOf(IllegalArgumentException.class);
        if (key.defaultValue() != null) {
            assertThat(key.defaultValue()).isEqualTo(value(defaults, component));
        }
    }

    private static Object justBelow(Object value) {
        if (value instanceof Duration duration) {
            return duration.minusNanos(1);
        }
        return value instanceof Integer number ? (Object) (number - 1) : (Object) ((Long) value - 1);
    }

    private static Object value(Record source, String component) throws Exception {
        return source.getClass().getMethod(component).invoke(source);
    }

    private static void with(Record defaults, String component, Object value) throws Exception {
        RecordComponent[] components = defaults.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            values[i] = name.equals(component) ? value : value(defaults, name);
        }
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Constructor<?> constructor = defaults.getClass().getDeclaredConstructor(types);
        try {
            constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof IllegalArgumentException fault ? fault : e;
        }
    }
}
