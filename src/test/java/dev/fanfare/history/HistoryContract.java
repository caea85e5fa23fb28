package dev.fanfare.history;

import static dev.fanfare.history.Histories.ALL;
import static dev.fanfare.history.Histories.ROOMY;
import static dev.fanfare.history.Histories.append;
import static dev.fanfare.history.Histories.appendNumbered;
import static dev.fanfare.history.Histories.compare;
import static dev.fanfare.history.Histories.event;
import static dev.fanfare.history.Histories.everything;
import static dev.fanfare.history.Histories.find;
import static dev.fanfare.history.Histories.join;
import static dev.fanfare.history.Histories.last;
import static dev.fanfare.history.Histories.positions;
import static dev.fanfare.history.Histories.randomEvents;
import static dev.fanfare.history.Histories.range;
import static dev.fanfare.history.Histories.read;
import static dev.fanfare.history.Histories.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.log.Follower;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.Page;
import dev.fanfare.log.PublicationTooLarge;
import dev.fanfare.testing.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every history that keeps events does; see {@link History}. A history may let go of old events some time after it has
 * to, so tests ask it what it keeps.
 */
@Timeout(240)
public abstract class HistoryContract {
    protected final ManualTicker ticker = new ManualTicker();
    private final List<History> opened = new ArrayList<>();

    /** A new, empty history. */
    protected abstract History create(HistorySettings settings);

    /** The history that comes after one, which is closed, in the same place. */
    protected abstract History createAgain(History closed, HistorySettings settings);

    /** The smallest bound on bytes that it can be opened with. */
    protected abstract long leastBytes();

    /** A new, empty history that is closed after the test. */
    protected final History open(HistorySettings settings) {
        History history = create(settings);
        opened.add(history);
        return history;
    }

    /** Closes a history and opens the one that comes after it. */
    protected final History reopen(History history, HistorySettings settings) {
        history.close();
        History next = createAgain(history, settings);
        opened.add(next);
        return next;
    }

    @AfterEach
    public void closeAll() {
        opened.forEach(History::close);
    }

    @Test
    public void followersHearOfEachEventOnceBeforeItsStageCompletes() {
        History history = open(ROOMY);
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        for (String name : List.of("one", "other")) {
            history.follow(new Follower() {
                @Override
                public void events(long after, long first, List<Event> events) {
                    for (int i = 0; i < events.size(); i++) {
                        heard.add(name + " " + after + " " + (first + i) + " "
                                + events.get(i).data());
                    }
                }

                @Override
                public void passOver(long position) {
                    heard.add("passed over");
                }
            });
        }
        List<String> heardByThen =
                join(history.append(List.of(event("1", "a"), event("2", "b"))).thenApply(first -> List.copyOf(heard)));
        append(history, event("3", "a"));
        assertThat(heardByThen).containsExactly("one 0 1 1", "one 0 2 2", "other 0 1 1", "other 0 2 2");
        assertThat(heard).hasSize(6).endsWith("one 2 3 3", "other 2 3 3");
    }

    @Test
    public void aCursorIsKnownUpToTheHeadAndInThisEpochOnly() {
        History history = open(ROOMY);
        append(history, event("1", "a"));
        assertThat(join(history.has(history.epoch(), 1))).isTrue();
        assertThat(join(history.has(history.epoch(), 2))).isFalse();
        assertThat(join(history.has("another", 1))).isFalse();
    }

    @Test
    public void whatItCanNeverKeepIsRefusedAndPushesNothingElseOut() {
        History history = open(new HistorySettings(1000, Duration.ofDays(1), leastBytes(), 100_000));
        append(history, event("small", "a"));
        String most = "x".repeat((int) leastBytes());
        assertThatThrownBy(() -> append(history, event(most, "a")))
                .hasCauseInstanceOf(PublicationTooLarge.class)
                .hasMessageContaining("the limit is");
        String third = most.substring(most.length() / 3 * 2);
        assertThatThrownBy(() -> append(history, event(third, "a"), event(third, "a"), event(third, "a")))
                .hasCauseInstanceOf(PublicationTooLarge.class);
        assertThat(history.fault()).isEmpty();
        assertThat(append(history, event("next", "a"))).isEqualTo(2);
        assertThat(positions(read(history, 0, ALL, "a"))).containsExactly(1L, 2L);
    }

    @Test
    public void anEmptyHistoryHasNothingToRead() {
        History history = open(ROOMY);
        assertThat(history.head()).isZero();
        assertThat(history.keptAfter()).isZero();
        for (String selector : List.of("a", "*")) {
            Page page = read(history, 0, 10, selector);
            assertThat(page.after()).isZero();
            assertThat(page.events()).isEmpty();
            assertThat(page.upTo()).isZero();
        }
        assertThat(find(history, "x")).isEmpty();
    }

    @Test
    public void theEpochIsOfLettersAndDigitsAndAnotherForEachLog() {
        History history = open(ROOMY);
        assertThat(history.epoch()).matches("[A-Za-z0-9]+");
        assertThat(history.epoch()).isEqualTo(history.epoch());
        assertThat(open(ROOMY).epoch()).isNotEqualTo(history.epoch());
    }

    @Test
    public void positionsCountFromOne() {
        History history = open(ROOMY);
        assertThat(append(history, event("1", "a"))).isEqualTo(1);
        assertThat(append(history, event("2", "a"))).isEqualTo(2);
        assertThat(history.head()).isEqualTo(2);
    }

    @Test
    public void eventsAppendedTogetherLieSideBySide() {
        History history = open(ROOMY);
        append(history, event("1", "a"));
        assertThat(append(history, event("2", "a"), event("3", "b"), event("4", "a")))
                .isEqualTo(2);
        assertThat(append(history, event("5", "a"))).isEqualTo(5);
        assertThat(readAll(history, 0, 10, "*"))
                .extracting(logged -> logged.event().data())
                .containsExactly("1", "2", "3", "4", "5");
    }

    @Test
    public void everyPartOfAnEventIsKept() {
        History history = open(ROOMY);
        Event whole = Event.builder()
                .id("the id \u20AC")
                .topic("a")
                .topic("http://example.com/\uD83D\uDE00")
                .type("type")
                .data("line\nline\r\n\0\uFEFF \uD83D\uDE00")
                .comment("comment")
                .retry(Duration.ofMillis(1234))
                .isPrivate(true)
                .build();
        Event bare = Event.builder().topic("a").data(null).build();
        append(history, whole, bare);
        assertThat(read(history, 0, 10, "a").events()).containsExactly(new LogEntry(1, whole), new LogEntry(2, bare));
    }

    @Test
    public void concurrentAppendsLeaveNoHoles() throws Exception {
        History history = open(ROOMY);
        int threads = 4;
        int each = 200;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<List<Long>>> appenders = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String name = "t" + t;
                appenders.add(() -> {
                    List<Long> firsts = new ArrayList<>();
                    for (int i = 0; i < each; i++) {
                        firsts.add(append(history, event(name + "-" + i, name), event(name + "+" + i, name)));
                    }
                    return firsts;
                });
            }
            List<Long> seen = new ArrayList<>();
            for (Future<List<Long>> firsts : pool.invokeAll(appenders)) {
                assertThat(firsts.get()).isSorted();
                firsts.get().forEach(first -> seen.addAll(List.of(first, first + 1)));
            }
            assertThat(seen).containsExactlyInAnyOrderElementsOf(range(1, 2L * threads * each));
        } finally {
            pool.shutdownNow();
        }
        for (int t = 0; t < threads; t++) {
            String name = "t" + t;
            assertThat(readAll(history, 0, 64, name))
                    .extracting(logged -> logged.event().data())
                    .hasSize(2 * each)
                    .startsWith(name + "-0", name + "+0", name + "-1", name + "+1")
                    .endsWith(name + "+" + (each - 1));
        }
    }

    @Test
    public void whatAppendHasCompletedIsThereToBeRead() {
        History history = open(ROOMY);
        for (int i = 0; i < 100; i++) {
            String id = "id" + i;
            long position =
                    append(history, Event.builder().topic("a").id(id).data(id).build());
            assertThat(history.head()).isGreaterThanOrEqualTo(position);
            assertThat(find(history, id)).hasValue(position);
            assertThat(positions(read(history, position - 1, 10, "a"))).containsExactly(position);
        }
    }

    @Test
    public void readsTheEventsOfOneTopic() {
        History history = open(ROOMY);
        append(history, event("1", "a"), event("2", "b"), event("3", "a"), event("4", "c"));
        Page page = read(history, 0, 10, "a");
        assertThat(positions(page)).containsExactly(1L, 3L);
        assertThat(page.upTo()).isEqualTo(4);
    }

    @Test
    public void readsAnEventOfSeveralTopicsOnce() {
        History history = open(ROOMY);
        append(history, event("1", "a", "b"), event("2", "b"), event("3", "c"), event("4", "a", "a", "b", "c"));
        assertThat(positions(read(history, 0, 10, "a", "b"))).containsExactly(1L, 2L, 4L);
        assertThat(positions(read(history, 0, 10, "a", "b", "c", "d"))).containsExactly(1L, 2L, 3L, 4L);
        assertThat(positions(read(history, 0, 10, "a", "*"))).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    public void readsEverything() {
        History history = open(ROOMY);
        append(history, event("1", "a"), event("2", "b"), event("3", "a"));
        assertThat(positions(read(history, 0, 10, "*"))).containsExactly(1L, 2L, 3L);
    }

    @Test
    public void topicsAreComparedCharacterByCharacter() {
        History history = open(ROOMY);
        append(history, event("1", "a"), event("2", "A"), event("3", "a "), event("4", "\u00E4"), event("5", "a%"));
        assertThat(positions(read(history, 0, 10, "a"))).containsExactly(1L);
        assertThat(positions(read(history, 0, 10, "A"))).containsExactly(2L);
        assertThat(positions(read(history, 0, 10, "a%"))).containsExactly(5L);
    }

    @Test
    public void readsBehindAPosition() {
        History history = open(ROOMY);
        appendNumbered(history, 10, "a");
        Page page = read(history, 7, 10, "a");
        assertThat(page.after()).isEqualTo(7);
        assertThat(positions(page)).containsExactly(8L, 9L, 10L);
        assertThat(page.upTo()).isEqualTo(10);
    }

    @Test
    public void aPageAtTheHeadIsEmpty() {
        History history = open(ROOMY);
        appendNumbered(history, 3, "a");
        Page page = read(history, 3, 10, "a");
        assertThat(page.after()).isEqualTo(3);
        assertThat(page.events()).isEmpty();
        assertThat(page.upTo()).isEqualTo(3);
    }

    @Test
    public void aPageReachesToTheHeadWhereNothingMatches() {
        History history = open(ROOMY);
        appendNumbered(history, 300, "a");
        assertThat(readAll(history, 0, 10, "b")).isEmpty();
        assertThat(read(history, 0, 10, "b").upTo()).isPositive();
    }

    @Test
    public void aPageEndsAtItsLastEventWhenItIsFull() {
        History history = open(ROOMY);
        for (int i = 0; i < 10; i++) {
            append(history, event("a", "a"), event("b", "b"));
        }
        Page first = read(history, 0, 4, "a");
        assertThat(positions(first)).containsExactly(1L, 3L, 5L, 7L);
        assertThat(first.upTo()).isBetween(7L, 8L);
        assertThat(readAll(history, 0, 4, "a"))
                .extracting(LogEntry::position)
                .isEqualTo(List.of(1L, 3L, 5L, 7L, 9L, 11L, 13L, 15L, 17L, 19L));
    }

    @Test
    public void pageAfterPageGivesEverythingOnce() {
        History history = open(ROOMY);
        appendNumbered(history, 1000, "a");
        for (int perPage : new int[] {1, 7, 256, 5000}) {
            assertThat(readAll(history, 0, perPage, "a"))
                    .extracting(LogEntry::position)
                    .isEqualTo(range(1, 1000));
            assertThat(readAll(history, 500, perPage, "*"))
                    .extracting(LogEntry::position)
                    .isEqualTo(range(501, 1000));
        }
    }

    @Test
    public void aPageOfLargeEventsIsShorterThanAskedFor() {
        History history = open(ROOMY);
        String large = "x".repeat(300_000);
        for (int i = 0; i < 20; i++) {
            append(history, event(large, "a"));
        }
        assertThat(read(history, 0, 20, "a").events()).hasSizeBetween(1, 10);
        assertThat(read(history, 0, 20, "*").events()).hasSizeBetween(1, 10);
        assertThat(readAll(history, 0, 20, "a")).hasSize(20);
    }

    @Test
    public void anEventLargerThanAPageIsAPageOfItsOwn() {
        History history = open(ROOMY);
        append(history, event("x".repeat(3_000_000), "a"), event("y", "a"));
        assertThat(positions(read(history, 0, 10, "a"))).startsWith(1L);
        assertThat(readAll(history, 0, 10, "a")).hasSize(2);
    }

    @Test
    public void findsAnEventByItsPublishersId() {
        History history = open(ROOMY);
        appendNumbered(history, 3, "a");
        append(history, Event.builder().topic("a").id("x").build());
        assertThat(find(history, "x")).hasValue(4);
        assertThat(find(history, "X")).isEmpty();
    }

    @Test
    public void findsTheEarliestOfSeveralWithTheSameId() {
        History history = open(ROOMY);
        Event same = Event.builder().topic("a").id("x").build();
        append(history, event("1", "a"), same, same, event("4", "a"), same);
        assertThat(find(history, "x")).hasValue(2);
    }

    @Test
    public void findsTheEarliestThatMayBeKnownOf() {
        History history = open(ROOMY);
        Event hidden = Event.builder().topic("a").id("x").isPrivate(true).build();
        Event open = Event.builder().topic("b").id("x").build();
        append(history, hidden, hidden, open, open);
        EventId id = new EventId("x");
        assertThat(join(history.find(id, event -> !event.isPrivate()))).hasValue(3);
        assertThat(join(history.find(id, Event::isPrivate))).hasValue(1);
        assertThat(join(history.find(id, none -> false))).isEmpty();
    }

    @Test
    public void asksAboutSoManyEventsOfOneIdAndNoMore() {
        History history = open(ROOMY);
        Event same = Event.builder().topic("a").id("x").build();
        append(history, Collections.nCopies(3 * History.MOST_OF_ONE_ID, same).toArray(Event[]::new));
        AtomicInteger asked = new AtomicInteger();
        assertThat(join(history.find(new EventId("x"), event -> {
                    asked.incrementAndGet();
                    return false;
                })))
                .isEmpty();
        assertThat(asked).hasValue(History.MOST_OF_ONE_ID);
    }

    @Test
    public void findsTheEarliestOneStillKept() {
        History history = open(bounded(10));
        Event same = Event.builder().topic("a").id("x").build();
        append(history, same);
        appendNumbered(history, 20, "a");
        append(history, same);
        await().until(() -> history.keptAfter() >= 1);
        assertThat(find(history, "x")).hasValue(22);
    }

    private static HistorySettings bounded(int maxEvents) {
        return new HistorySettings(maxEvents, Duration.ofDays(1), 1L << 30, 100_000);
    }

    @Test
    public void theOldestGoFirst() {
        History history = open(bounded(10));
        appendNumbered(history, 1000, "a");
        await().until(() -> history.keptAfter() > 0);
        assertThat(history.head()).isEqualTo(1000);
        long kept = history.keptAfter();
        assertThat(readAll(history, kept, 64, "*"))
                .extracting(LogEntry::position)
                .isEqualTo(range(kept + 1, 1000));
    }

    @Test
    public void aPageTellsWhatIsGone() {
        History history = open(bounded(10));
        appendNumbered(history, 1000, "a");
        await().until(() -> history.keptAfter() > 0);
        long kept = history.keptAfter();
        for (String selector : List.of("a", "*", "b")) {
            Page page = read(history, 0, 5, selector);
            assertThat(page.after()).isEqualTo(kept);
            assertThat(page.upTo()).isGreaterThan(kept);
        }
        assertThat(positions(read(history, 0, 5, "a"))).startsWith(kept + 1);
        assertThat(read(history, kept, 5, "a").after()).isEqualTo(kept);
    }

    @Test
    public void theIdOfWhatIsGoneIsNotFound() {
        History history = open(bounded(10));
        append(history, Event.builder().topic("a").id("x").build());
        appendNumbered(history, 1000, "a");
        await().until(() -> history.keptAfter() > 0);
        assertThat(find(history, "x")).isEmpty();
    }

    @Test
    public void positionsGoOnThoughAllIsGone() {
        History history = open(new HistorySettings(100, Duration.ofSeconds(10), 1L << 30, 100_000));
        appendNumbered(history, 5, "a");
        ticker.advance(Duration.ofSeconds(11));
        await().until(() -> read(history, 0, 10, "a").events().isEmpty());
        assertThat(read(history, 0, 10, "a").after()).isEqualTo(5);
        assertThat(append(history, event("6", "a"))).isEqualTo(6);
        assertThat(positions(read(history, 5, 10, "a"))).containsExactly(6L);
    }

    @Test
    public void findsTheNewestEventOfATopic() {
        History history = open(ROOMY);
        append(history, event("1", "a"), event("2", "a", "b"), event("3", "c"));
        assertThat(last(history, "a")).contains(new LogEntry(2, event("2", "a", "b")));
        assertThat(last(history, "b")).contains(new LogEntry(2, event("2", "a", "b")));
        assertThat(last(history, "c").orElseThrow().position()).isEqualTo(3);
        assertThat(last(history, "d")).isEmpty();
        assertThat(last(history, "*")).isEmpty();
        append(history, event("4", "a"));
        assertThat(last(history, "a").orElseThrow().position()).isEqualTo(4);
    }

    @Test
    public void findsTheNewestEventOfATopicUpToAPosition() {
        History history = open(ROOMY);
        append(history, event("1", "a"), event("2", "b"), event("3", "a"), event("4", "b"), event("5", "a"));
        assertThat(IntStream.rangeClosed(0, 6)
                        .mapToObj(upTo -> join(history.last(new Topic("a"), upTo))
                                .map(LogEntry::position)
                                .orElse(0L)))
                .containsExactly(0L, 1L, 1L, 3L, 3L, 5L, 5L);
        assertThat(join(history.last(new Topic("c"), 5))).isEmpty();
    }

    @Test
    public void theNewestEventOfATopicGoesWithTheOthers() {
        History history = open(bounded(10));
        append(history, event("1", "a"));
        appendNumbered(history, 100, "b");
        await().until(() -> history.keptAfter() >= 1);
        assertThat(last(history, "a")).isEmpty();
        assertThat(last(history, "b").orElseThrow().position()).isEqualTo(101);
    }

    @Test
    public void idsAndTopicsOfAnyCharactersAreFound() {
        History history = open(ROOMY);
        List<String> texts = List.of(
                "%",
                "_",
                "'",
                "\"",
                "''; DROP TABLE event; --",
                "a%27",
                "\\",
                "?",
                "\uD83D\uDE00",
                "e\u0301",
                "\u00E9",
                " x ",
                "\u20AC".repeat(341),
                "\uD83D\uDE00".repeat(256),
                "x".repeat(1024),
                "x".repeat(1023) + "y");
        for (String text : texts) {
            append(history, Event.builder().id(text).topic(text).data(text).build());
        }
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            assertThat(find(history, text)).as(text).hasValue(i + 1);
            assertThat(positions(join(history.read(0, Set.of(Selector.exact(new Topic(text))), 10))))
                    .as(text)
                    .containsExactly(i + 1L);
            assertThat(last(history, text).orElseThrow().event().data()).isEqualTo(text);
        }
    }

    /** Positions of one log must not be taken for those of another, and a log does not lose what it has. */
    @Test
    public void openedAgainItIsTheSameLogWithAllItsEventsOrAnotherOne() {
        History history = open(ROOMY);
        String epoch = history.epoch();
        append(history, Event.builder().topic("a").id("x").build());
        appendNumbered(history, 99, "a");
        List<LogEntry> all = everything(history);
        History next = reopen(history, ROOMY);
        if (next.epoch().equals(epoch)) {
            assertThat(next.head()).isEqualTo(100);
            assertThat(next.keptAfter()).isZero();
            assertThat(everything(next)).isEqualTo(all);
            assertThat(find(next, "x")).hasValue(1);
            assertThat(append(next, event("101", "a"))).isEqualTo(101);
        } else {
            assertThat(next.head()).isZero();
            assertThat(everything(next)).isEmpty();
            assertThat(find(next, "x")).isEmpty();
        }
    }

    @Test
    public void countsWhatItHoldsAndDoes() {
        History history = open(bounded(10));
        assertThat(history.fault()).isEmpty();
        assertThat(history.stats().events()).isZero();
        assertThat(history.stats().oldestAge()).isZero();
        append(history, event("1", "a"), event("2", "a"));
        long small = history.stats().bytes();
        ticker.advance(Duration.ofSeconds(7));
        assertThat(history.stats().events()).isEqualTo(2);
        assertThat(history.stats().oldestAge()).isEqualTo(Duration.ofSeconds(7));
        assertThat(history.stats().commits()).isEqualTo(1);
        assertThat(history.stats().committedEvents()).isEqualTo(2);
        long reads = history.stats().reads();
        read(history, 0, 10, "a");
        find(history, "x");
        assertThat(history.stats().reads()).isEqualTo(reads + 2);
        append(history, event("x".repeat(100_000), "a"));
        assertThat(history.stats().bytes()).isGreaterThan(small + 90_000);
        appendNumbered(history, 100, "a");
        await().until(() -> history.stats().events() == 10);
        assertThat(history.stats().oldestAge()).isZero();
    }

    @Test
    public void aClosedHistoryTakesNoEvents() {
        History history = open(ROOMY);
        append(history, event("1", "a"));
        history.close();
        assertThatThrownBy(() -> append(history, event("2", "a"))).isInstanceOf(CompletionException.class);
    }

    @Test
    public void closingAgainDoesNothing() {
        History history = open(ROOMY);
        history.close();
        history.close();
    }

    /** What is kept is always the newest of all that was appended, whatever the order of appends, reads and time. */
    @RepeatedTest(20)
    public void isAListThatLosesItsOldest() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        HistorySettings settings =
                new HistorySettings(1 + random.nextInt(100), Duration.ofSeconds(60), leastBytes(), 100_000);
        History history = open(settings);
        List<Event> model = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    List<Event> events = randomEvents(random);
                    assertThat(join(history.append(events))).as("seed %d", seed).isEqualTo(model.size() + 1);
                    model.addAll(events);
                }
                case 2 -> ticker.advance(Duration.ofMillis(random.nextInt(5_000)));
                default -> compare(history, model, random, seed);
            }
        }
        compare(history, model, random, seed);
    }
}
