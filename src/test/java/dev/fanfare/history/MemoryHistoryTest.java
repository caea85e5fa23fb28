package dev.fanfare.history;

import static dev.fanfare.history.Histories.append;
import static dev.fanfare.history.Histories.appendNumbered;
import static dev.fanfare.history.Histories.event;
import static dev.fanfare.history.Histories.everything;
import static dev.fanfare.history.Histories.find;
import static dev.fanfare.history.Histories.positions;
import static dev.fanfare.history.Histories.range;
import static dev.fanfare.history.Histories.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class MemoryHistoryTest extends HistoryContract {

    @Override
    protected History create(HistorySettings settings) {
        return new MemoryHistory(settings, ticker);
    }

    @Override
    protected History createAgain(History closed, HistorySettings settings) {
        return new MemoryHistory(settings, ticker);
    }

    @Override
    protected long leastBytes() {
        return 64 << 10;
    }

    private static HistorySettings settings(int maxEvents, Duration maxAge, long maxBytes) {
        return new HistorySettings(maxEvents, maxAge, maxBytes, 100_000);
    }

    @Test
    void keepsExactlyAsManyEventsAsAllowed() {
        History history = open(settings(10, Duration.ofDays(1), 1L << 30));
        appendNumbered(history, 10, "a");
        assertThat(history.keptAfter()).isZero();
        appendNumbered(history, 1, "a");
        assertThat(history.keptAfter()).isEqualTo(1);
        assertThat(everything(history)).extracting(LogEntry::position).isEqualTo(range(2, 11));
    }

    @Test
    void moreEventsAtOnceThanAllowedLeaveTheNewest() {
        History history = open(settings(3, Duration.ofDays(1), 1L << 30));
        append(history, event("1", "a"), event("2", "a"), event("3", "a"), event("4", "a"), event("5", "a"));
        assertThat(everything(history)).extracting(LogEntry::position).containsExactly(3L, 4L, 5L);
    }

    @Test
    void keepsNoMoreBytesThanAllowed() {
        History history = open(settings(1_000_000, Duration.ofDays(1), 1 << 20));
        for (int i = 0; i < 1000; i++) {
            append(history, event("x".repeat(10_000), "a"));
        }
        int kept = everything(history).size();
        assertThat(kept).isBetween(90, 104);
    }

    @Test
    void charactersBeyondLatin1CountTwice() {
        History history = open(settings(1_000_000, Duration.ofDays(1), 1 << 20));
        for (int i = 0; i < 1000; i++) {
            append(history, event("\u20AC".repeat(10_000), "a"));
        }
        assertThat(everything(history)).hasSizeBetween(45, 52);
    }

    @Test
    void idsTypesTopicsAndCommentsCountAsWell() {
        String kilo = "x".repeat(1000);
        List<Event> events = List.of(
                Event.builder().topic("a").id(kilo).build(),
                Event.builder().topic("a").type(kilo).build(),
                Event.builder().topic("a").comment(kilo).build(),
                Event.builder().topic("a" + kilo).build());
        for (Event event : events) {
            History history = open(settings(1_000_000, Duration.ofDays(1), 64 << 10));
            for (int i = 0; i < 1000; i++) {
                append(history, event);
            }
            assertThat(everything(history)).as("%s", event).hasSizeLessThan(66);
        }
    }

    @Test
    void keepsEventsForTheirTime() {
        History history = open(settings(100, Duration.ofSeconds(60), 1L << 30));
        append(history, event("1", "a"));
        ticker.advance(Duration.ofSeconds(40));
        append(history, event("2", "a"));
        ticker.advance(Duration.ofSeconds(20));
        assertThat(everything(history)).extracting(LogEntry::position).containsExactly(1L, 2L);
        ticker.advance(Duration.ofMillis(1));
        assertThat(positions(read(history, 0, 10, "a"))).containsExactly(2L);
        assertThat(history.keptAfter()).isEqualTo(1);
    }

    @Test
    void theIdOfAnEventTooOldIsNotFound() {
        History history = open(settings(100, Duration.ofSeconds(60), 1L << 30));
        append(history, Event.builder().topic("a").id("x").build());
        ticker.advance(Duration.ofSeconds(61));
        assertThat(find(history, "x")).isEmpty();
    }

    @Test
    void whatIsGoneLeavesNoTopicAndNoIdBehind() {
        History history = open(settings(10, Duration.ofDays(1), 1L << 30));
        List<WeakReference<Event>> gone = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Event event = Event.builder()
                    .id("id" + i)
                    .topic("topic" + i)
                    .topic("topic" + i)
                    .topic("second" + i)
                    .build();
            append(history, event);
            gone.add(new WeakReference<>(event));
        }
        MemoryHistory memory = (MemoryHistory) history;
        assertThat(memory.indexedTopics()).isEqualTo(20);
        assertThat(memory.indexedIds()).isEqualTo(10);
        Awaitility.await().until(() -> {
            System.gc();
            return gone.stream().filter(event -> event.get() != null).count() <= 10;
        });
    }

    @Test
    void aTopicThatComesAgainAndAgainIsIndexedFromItsOldestOn() {
        History history = open(settings(100, Duration.ofDays(1), 1L << 30));
        for (int i = 1; i <= 1000; i++) {
            append(history, event("" + i, "always", "t" + i % 7));
        }
        assertThat(positions(read(history, 0, 1000, "always"))).isEqualTo(range(901, 1000));
        assertThat(positions(read(history, 950, 1000, "t0"))).containsExactly(952L, 959L, 966L, 973L, 980L, 987L, 994L);
    }
}
