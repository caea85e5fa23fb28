package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.End;
import dev.fanfare.testing.EventStream.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /stream}: a counter of one's own. */
abstract class StreamSuite extends Subject {
    private static final Duration RETRY = Duration.ofMillis(100);

    StreamSuite(HttpSuite suite) {
        super(suite);
    }

    private static List<Event> countedFrom(int first) {
        List<Event> events = new ArrayList<>();
        for (int i = first; i <= HttpSuite.COUNT; i++) {
            events.add(new Event("new_message", "Counter value " + i, String.valueOf(i), RETRY));
        }
        events.add(new Event("end_event", "End of the stream", String.valueOf(HttpSuite.COUNT + 1), RETRY));
        return events;
    }

    @Test
    void countsThenSaysThatItEndsAndEnds() {
        EventStream stream = open("/stream");

        assertThat(stream.toEnd()).isEqualTo(countedFrom(1));
        assertThat(stream.awaitEnd()).isEqualTo(End.COMPLETE);
    }

    @Test
    void takesTheDelayBetweenEvents() {
        long begin = System.nanoTime();

        open("/stream").toEnd();

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isGreaterThanOrEqualTo(Duration.ofMillis(30).multipliedBy(HttpSuite.COUNT - 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void goesOnAfterTheLastEventId(int last) {
        EventStream stream = open("/stream", "Last-Event-ID: " + last);

        assertThat(stream.toEnd()).isEqualTo(countedFrom(last + 1));
    }

    @Test
    void whoHasSeenTheEndGets204() {
        EventStream stream = ask("/stream", "Last-Event-ID: " + (HttpSuite.COUNT + 1));

        assertThat(stream.status()).isEqualTo(204);
        assertThat(stream.awaitEnd()).isEqualTo(End.COMPLETE);
        assertThat(stream.header("Transfer-Encoding")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0", "-1", "7", "+3", "03", "3.0", "x", "99999999999999999999", "#abc.4", "\u00d9\u00a3"})
    void anIdThatIsNoneOfTheCountersStartsFromOne(String id) {
        EventStream stream = ask("/stream", "Last-Event-ID: " + id);

        if (!isRefusedByTheServer(id, stream.status(), "")) {
            assertThat(stream.toEnd()).isEqualTo(countedFrom(1));
        }
    }

    @Test
    void eachClientHasACounterOfItsOwn() {
        EventStream first = open("/stream");
        assertThat(first.next().id()).isEqualTo("1");
        EventStream second = open("/stream");

        assertThat(second.toEnd()).isEqualTo(countedFrom(1));
        assertThat(first.toEnd()).isEqualTo(countedFrom(2));
    }

    @Test
    void aClientThatLeavesDoesNotDisturbTheOthers() {
        EventStream stays = open("/stream");
        EventStream leaves = open("/stream");
        leaves.next();

        leaves.reset();

        assertThat(stays.toEnd()).isEqualTo(countedFrom(1));
    }

    @Test
    void manyAtATimeAllGetEverything() {
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < HttpSuite.MOST_STREAMS / 2; i++) {
            streams.add(open("/stream"));
        }

        assertThat(streams).allSatisfy(stream -> {
            assertThat(stream.toEnd()).isEqualTo(countedFrom(1));
            assertThat(stream.awaitEnd()).isEqualTo(End.COMPLETE);
        });
    }
}
