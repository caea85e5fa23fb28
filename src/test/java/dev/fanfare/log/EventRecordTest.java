package dev.fanfare.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.event.TraceContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventRecordTest {
    private static final TraceContext TRACE =
            new TraceContext("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "");
    private static final int FLAGS_AT = 1;
    private static final int CHECK_BYTES = 4;

    static List<Event> events() {
        return List.of(
                Event.builder().topic("t").build(),
                Event.builder().topic("t").data(null).build(),
                Event.builder()
                        .topic("t")
                        .data(null)
                        .retry(Duration.ofSeconds(1))
                        .build(),
                Event.builder()
                        .topic("t")
                        .data("d")
                        .retry(Duration.ofSeconds(1))
                        .build(),
                Event.builder()
                        .id("i")
                        .topic("t")
                        .topic("\u00e4")
                        .type("y")
                        .comment("c")
                        .data("d")
                        .retry(Duration.ofMillis(5))
                        .isPrivate(true)
                        .build());
    }

    static Stream<TraceContext> traces() {
        return Stream.of(null, TRACE, new TraceContext(TRACE.parent(), "vendor=1, other=2"));
    }

    @ParameterizedTest
    @MethodSource("traces")
    void anEventComesBackAsItWas(TraceContext trace) {
        for (Event event : events()) {
            Event traced = event.withTrace(trace);
            assertThat(EventRecord.decode(EventRecord.encode(traced))).isEqualTo(traced);
            assertThat(EventRecord.topics(EventRecord.encode(traced))).isEqualTo(event.topics());
        }
    }

    /** Written before there were traces. */
    @Test
    void readsARecordOfBefore() {
        byte[] record = HexFormat.of().parseHex("0122000000010000000474657374000000016900000001646fd027e7");
        assertThat(record[0]).isEqualTo((byte) 1);
        Event event = Event.builder().id("i").topic("test").data("d").build();
        assertThat(EventRecord.encode(event)).isEqualTo(record);
        assertThat(EventRecord.decode(record)).isEqualTo(event);
    }

    /** A reader of before takes the flags that it knows, and reads no further than the data. */
    @Test
    void aTraceFollowsAllThatReadersOfBeforeRead() {
        for (Event event : events()) {
            byte[] plain = EventRecord.encode(event);
            byte[] traced = EventRecord.encode(event.withTrace(TRACE));
            byte[] seen = Arrays.copyOf(traced, plain.length - CHECK_BYTES);
            seen[FLAGS_AT] &= 63;
            assertThat(seen).isEqualTo(Arrays.copyOf(plain, plain.length - CHECK_BYTES));
        }
    }

    @Test
    void anEventWithATraceThatCantBeReadIsThereAllTheSame() {
        Event event = Event.builder().topic("t").data("d").build();
        byte[] record = EventRecord.encode(event.withTrace(TRACE));
        int at = new String(record, StandardCharsets.ISO_8859_1).indexOf("00-4bf9");
        record[at] = 'x';
        CRC32C check = new CRC32C();
        check.update(record, 0, record.length - CHECK_BYTES);
        ByteBuffer.wrap(record).putInt(record.length - CHECK_BYTES, (int) check.getValue());
        assertThat(EventRecord.decode(record)).isEqualTo(event);
    }
}
