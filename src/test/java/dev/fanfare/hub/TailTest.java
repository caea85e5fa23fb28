package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.wire.EventEncoder;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TailTest {
    private static EncodedEvent entry(long position, int bytes) {
        Event event = HubFixture.event("x".repeat(bytes), "a");
        return EncodedEvent.of(position, event, EventEncoder.encode(event));
    }

    private static List<Long> held(Tail tail, long upTo) {
        return LongStream.rangeClosed(0, upTo)
                .filter(position -> tail.get(position) != null)
                .boxed()
                .toList();
    }

    @Test
    void keepsTheNewestEntries() {
        Tail tail = new Tail(5, 1 << 20, 100);
        for (int i = 101; i <= 120; i++) {
            tail.add(entry(i, 10));
        }
        assertThat(held(tail, 130)).containsExactly(116L, 117L, 118L, 119L, 120L);
        assertThat(tail.start()).isEqualTo(116);
    }

    @Test
    void letsGoOfAllThatLiesFarBeforeAJump() {
        Tail tail = new Tail(4, 1 << 20, 0);
        tail.add(entry(1, 10));
        tail.add(entry(2, 10));
        tail.passOver(4);
        tail.add(entry(5, 10));
        assertThat(held(tail, 10)).containsExactly(2L, 5L);
        assertThat(tail.start()).isEqualTo(2);
        tail.passOver(1L << 40);
        assertThat(held(tail, 10)).isEmpty();
        assertThat(tail.bytes()).isZero();
        assertThat(tail.start()).isEqualTo((1L << 40) + 1);
        tail.passOver(7);
        assertThat(tail.start()).isEqualTo((1L << 40) + 1);
    }

    @Test
    void isBoundedByBytes() {
        Tail tail = new Tail(1000, 10_000, 0);
        for (int i = 1; i <= 100; i++) {
            tail.add(entry(i, 1000));
            assertThat(tail.bytes()).isLessThanOrEqualTo(10_000);
        }
        assertThat(held(tail, 100)).hasSizeBetween(8, 9).endsWith(100L);
    }

    @Test
    void keepsTheNewestEntryHoweverLarge() {
        Tail tail = new Tail(1000, 1000, 0);
        tail.add(entry(1, 10));
        tail.add(entry(2, 100_000));
        assertThat(held(tail, 3)).containsExactly(2L);
        tail.add(entry(3, 10));
        assertThat(held(tail, 3)).containsExactly(3L);
        assertThat(tail.bytes()).isLessThan(1000);
    }

    @Test
    void doesNotHaveWhatIsStillToCome() {
        Tail tail = new Tail(16, 1000, 0);
        assertThat(tail.get(0)).isNull();
        assertThat(tail.get(1)).isNull();
        tail.add(entry(1, 10));
        assertThat(tail.get(17)).isNull();
    }
}
