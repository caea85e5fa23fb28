package dev.fanfare.hub;

import static dev.fanfare.hub.HubFixture.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.MemoryHistory;
import dev.fanfare.history.NoHistory;
import dev.fanfare.log.History;
import dev.fanfare.log.LogMode;
import dev.fanfare.log.Page;
import dev.fanfare.log.ReadFault;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Reader;
import dev.fanfare.testing.ForwardingHistory;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordedLog;
import dev.fanfare.testing.RecordingOutlet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a stream begins, and what those get who were away or fell behind. */
@Timeout(240)
class ReplayTest {
    private static final int SMALL_TAIL = 16;

    private ScriptedHistory history = new ScriptedHistory(HubFixture.memory());
    private HubFixture fixture = HubFixture.of(HubFixture.SETTINGS, 1, history, LogMode.RESUMABLE, SMALL_TAIL);

    @AfterEach
    void close() {
        fixture.close();
    }

    private void begin(History behind, LogMode mode, int tailEvents) {
        fixture.close();
        history = new ScriptedHistory(behind);
        fixture = HubFixture.of(HubFixture.SETTINGS, 1, history, mode, tailEvents);
    }

    private String id(long position) {
        return fixture.hub.idAt(position).value();
    }

    private Client stalled(ResumePoint start, String... selectors) {
        Client client = new Client(new RecordingOutlet().refuse());
        return fixture.join(client, start, Rights.PUBLIC_ONLY, selectors);
    }

    /** Pages are kept for those who catch up at about the same time, and never longer than the history keeps their events. */
    @Test
    void whatIsOlderThanTheHistoryKeepsIsNotReplayedFromAPageInMemory() {
        ManualTicker time = new ManualTicker();
        Duration age = Duration.ofSeconds(2);
        begin(
                new MemoryHistory(new HistorySettings(1_000_000, age, 1L << 30, 100_000), time),
                LogMode.RESUMABLE,
                SMALL_TAIL);
        fixture.publishNumbered(1, 600, "a");
        fixture.resume(id(1), "a").assertNumbers(2, 600);
        int reads = history.readCount();
        fixture.resume(id(1), "a").assertNumbers(2, 600);
        assertThat(history.readCount() - reads).as("the full pages are known").isLessThan(reads);

        time.advance(age.plusMillis(1));
        fixture.publish("new", "a");

        fixture.resume(id(1), "a").assertDataAfterGap("new");
    }

    @Test
    void whatTheBoundOnEventsPushedOutIsNotReplayedFromAPageInMemory() {
        begin(HubFixture.memory(600), LogMode.RESUMABLE, SMALL_TAIL);
        fixture.publishNumbered(1, 600, "a");
        fixture.resume(id(1), "a").assertNumbers(2, 600);

        fixture.publishNumbered(601, 1199, "a");

        Client late = fixture.resume(id(1), "a");
        fixture.settle();
        assertThat(late.events().get(0).type()).isEqualTo("gap");
        assertThat(late.events().get(1).data()).isEqualTo("600");
    }

    private static String gap(String requested, String resumedAfter) {
        return "{\"requested\":\"" + requested + "\",\"resumedAfter\":\"" + resumedAfter + "\"}";
    }

    @Test
    void aStreamOpensWithACommentTheRetryAndTheCursor() {
        fixture.publishNumbered(1, 3, "b");
        Client client = fixture.join("a");
        fixture.settle();
        assertThat(client.outlet().text()).isEqualTo(":\nretry: 3000\nid: " + id(3) + "\n\n");
        assertThat(client.outlet().writes()).isEqualTo(1);
    }

    @Test
    void aReaderThatIsNoBrowserGetsNoBlockWithoutData() {
        fixture.publishNumbered(1, 3, "b");
        Client client = fixture.join(new Client(), Reader.UNKNOWN, ResumePoint.NOW, Rights.PUBLIC_ONLY, "a");
        fixture.pass(Duration.ofSeconds(40));
        fixture.publishNumbered(4, 5, "b");
        fixture.pass(Duration.ofSeconds(16));
        assertThat(client.outlet().text()).matches(":\nretry: 3000\n(:\n){3}");
        fixture.publish("6", "a");
        client.assertData("6");
        assertThat(client.outlet().text()).endsWith("\n:\nid: " + id(6) + "\ndata: 6\n\n");
    }

    @Test
    void aStreamThatReplaysOpensWithoutACursor() {
        fixture.publishNumbered(1, 3, "a");
        Client client = fixture.joinAfter(1, "a");
        client.assertData("2", "3");
        assertThat(client.outlet().text())
                .isEqualTo(":\nretry: 3000\nid: " + id(2) + "\ndata: 2\n\nid: " + id(3) + "\ndata: 3\n\n");
    }

    @Test
    void aClientThatDropsBeforeItsFirstEventMissesNothing() {
        Client client = fixture.join("a");
        client.outlet().awaitLastEventId(id(0));
        client.outlet().leave();
        client.awaitClosed();
        fixture.publishNumbered(1, 3, "a");
        fixture.resume(client.outlet().lastEventId(), "a").assertNumbers(1, 3);
    }

    @Test
    void resumesAfterAnIdOfTheHub() {
        fixture.publishNumbered(1, 1000, "a");
        fixture.resume(id(400), "a").assertNumbers(401, 1000);
    }

    @Test
    void resumesAfterAnIdOfAPublisher() {
        fixture.publishNumbered(1, 3, "a");
        fixture.publish(Event.builder().topic("a").id("mine").data("4").build());
        fixture.publishNumbered(5, 6, "a");
        fixture.resume("mine", "a").assertData("5", "6");
    }

    @Test
    void withoutAnIdTheStreamBeginsNow() {
        fixture.publishNumbered(1, 3, "a");
        Client client = fixture.resume("", "a");
        assertThat(HubFixture.join(fixture.hub.locate(null))).isEqualTo(ResumePoint.NOW);
        fixture.publish("4", "a");
        client.assertData("4");
    }

    @Test
    void replayGoesOverIntoLiveEvents() {
        fixture.publishNumbered(1, 1000, "a");
        Client client = fixture.joinAfter(0, "a");
        fixture.publishNumbered(1001, 2000, "a");
        client.assertNumbers(1, 2000);
    }

    @Test
    void replaysOnlyWhatIsSelected() {
        for (int i = 0; i < 600; i++) {
            fixture.publish("a" + i, "a");
            fixture.publish("b" + i, "b");
        }
        Client client = fixture.joinAfter(0, "b");
        client.outlet().awaitEvents(600);
        fixture.publish("live", "b");
        client.outlet().awaitEvents(601);
        assertThat(client.outlet().data()).allMatch(data -> data.startsWith("b") || data.equals("live"));
    }

    @Test
    void oneWhoFellBehindTheTailReadsTheHistoryAndReturns() {
        Client slow = stalled(ResumePoint.NOW, "a");
        Client quick = fixture.join("a");
        fixture.publishNumbered(1, 1000, "a");
        quick.assertNumbers(1, 1000);
        slow.outlet().accept();
        slow.assertNumbers(1, 1000);
        fixture.settle();
        int reads = history.readCount();
        assertThat(reads).isPositive();
        fixture.publishNumbered(1001, 1010, "a");
        slow.assertNumbers(1, 1010);
        assertThat(history.readCount())
                .as("reads after it has returned to the tail")
                .isEqualTo(reads);
    }

    @Test
    void oneWhoReadsTheHistoryWhileEventsGoOnReturnsToTheTail() {
        fixture.publishNumbered(1, 100, "a");
        fixture.join("a");
        history.holdReads();
        Client client = fixture.joinAfter(0, "a");
        fixture.settle();
        assertThat(history.heldReads()).isEqualTo(1);
        fixture.publishNumbered(101, 110, "a");
        fixture.settle();
        history.completeReads();
        client.assertNumbers(1, 110);
        assertThat(history.readCount()).isEqualTo(1);
    }

    @Test
    void severalWhoCatchUpFromTheSamePlaceReadOnce() {
        fixture.publishNumbered(1, 1000, "a");
        history.holdReads();
        List<Client> clients = List.of(fixture.joinAfter(0, "a"), fixture.joinAfter(0, "a"), fixture.joinAfter(0, "a"));
        fixture.settle();
        assertThat(history.readCount()).isEqualTo(1);
        history.completeReads();
        clients.forEach(client -> client.assertNumbers(1, 1000));
        assertThat(history.readCount()).isLessThanOrEqualTo(6);
    }

    @Test
    void aStalledClientDoesNotKeepAPageInMemory() {
        fixture.publishNumbered(1, 100, "a");
        Client client = new Client(new RecordingOutlet().room(400));
        fixture.join(client, ResumePoint.after(0), Rights.PUBLIC_ONLY, "a");
        client.outlet().awaitRefusal();
        fixture.pass(Duration.ofSeconds(3));
        assertThat(history.readCount()).isEqualTo(1);
        client.outlet().accept();
        client.assertNumbers(1, 100);
        assertThat(history.readCount()).isEqualTo(2);
    }

    /** Each takes a part of its first event. */
    private List<Client> whoTakeLittle(int clients, LongUnaryOperator startOf) {
        List<Client> joined = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            Client client = new Client(new RecordingOutlet().room(400));
            joined.add(fixture.join(client, ResumePoint.after(startOf.applyAsLong(i)), Rights.PUBLIC_ONLY, "a"));
            client.outlet().awaitRefusal();
        }
        fixture.settle();
        return joined;
    }

    private void leave(List<Client> clients) {
        clients.forEach(client -> client.outlet().leave());
        clients.forEach(Client::awaitClosed);
        fixture.settle();
    }

    private long heldBytes() {
        return CompletableFuture.supplyAsync(fixture.loops.loop(0)::heldBytes, fixture.loops.loop(0)::execute)
                .join();
    }

    @Test
    void pagesOfClientsThatDoNotReadAreBoundedInALoop() {
        int clients = 24; // with a mebibyte each
        for (int i = 0; i < clients + 2; i++) {
            fixture.publish("x".repeat(1 << 19), "a");
        }
        List<Client> joined = whoTakeLittle(clients, i -> i);
        assertThat(heldBytes()).isBetween(14L << 20, Subscription.MAX_HELD_PAGE_BYTES);
        int reads = history.readCount();
        Client last = joined.get(clients - 1);
        last.outlet().accept();
        last.outlet().awaitEvents(3);
        assertThat(history.readCount()).as("its page was let go").isGreaterThan(reads);
        leave(joined);
        assertThat(heldBytes()).isZero();
    }

    /** Pages that wait for a turn of their own fill the memory: each of many clients that catch up has another. */
    @Test
    void aPageThatIsThereAtOnceIsWrittenBeforeTheNextOneIsRead() {
        List<Client> joined = new CopyOnWriteArrayList<>();
        List<Long> servedBefore = new CopyOnWriteArrayList<>();
        History counting = new ForwardingHistory(HubFixture.memory()) {
            @Override
            public CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
                servedBefore.add(joined.stream()
                        .filter(client -> !client.events().isEmpty())
                        .count());
                return super.read(after, selectors, maxEvents);
            }
        };
        begin(counting, LogMode.RESUMABLE, SMALL_TAIL);
        fixture.publishNumbered(1, 200, "a");
        CountDownLatch held = fixture.hold(0);
        for (int i = 0; i < 5; i++) {
            joined.add(fixture.joinAfter(i, "a"));
        }
        held.countDown();
        joined.get(4).assertNumbers(5, 200);
        assertThat(servedBefore).containsExactly(0L, 1L, 2L, 3L, 4L);
    }

    @Test
    void aPageThatManyHoldCountsOnce() {
        for (int i = 0; i < 600; i++) {
            fixture.publish("x".repeat(2000), "a");
        }
        List<Client> joined = whoTakeLittle(50, i -> 0);
        assertThat(heldBytes()).isBetween(1L << 19, 1L << 20);
        assertThat(history.readCount()).isEqualTo(1);
        Client last = joined.get(49);
        last.outlet().accept();
        last.outlet().awaitEvents(600);
        leave(joined);
        assertThat(heldBytes()).isZero();
    }

    @Test
    void oneWhoLeavesWhileItsPageIsReadIsGone() {
        fixture.publishNumbered(1, 100, "a");
        history.holdReads();
        Client client = fixture.joinAfter(0, "a");
        fixture.settle();
        client.outlet().leave();
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.LEFT);
        history.completeReads();
        fixture.settle();
        assertThat(client.events()).isEmpty();
        assertThat(fixture.hub.channels()).isZero();
    }

    @Test
    void aHistoryThatCannotBeReadClosesTheStream() {
        fixture.publishNumbered(1, 100, "a");
        for (boolean thrown : new boolean[] {false, true}) {
            history.failReads(new IllegalStateException("unreadable"), thrown);
            Client client = fixture.joinAfter(0, "a");
            Client again = fixture.joinAfter(0, "a");
            assertThat(client.awaitClosed()).isEqualTo(CloseReason.FAILED);
            assertThat(again.awaitClosed()).isEqualTo(CloseReason.FAILED);
            history.failReads(null, thrown);
            fixture.joinAfter(0, "a").assertNumbers(1, 100);
        }
    }

    @Test
    void anErrorOfTheHistoryClosesTheStreamAndNotThoseThatComeLater() {
        AtomicInteger errors = new AtomicInteger(1);
        begin(
                new ForwardingHistory(HubFixture.memory()) {
                    @Override
                    public CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
                        if (errors.getAndDecrement() > 0) {
                            throw new StackOverflowError("told to fail");
                        }
                        return super.read(after, selectors, maxEvents);
                    }
                },
                LogMode.RESUMABLE,
                SMALL_TAIL);
        fixture.publishNumbered(1, 3, "a");
        assertThat(fixture.joinAfter(0, "a").awaitClosed()).isEqualTo(CloseReason.FAILED);
        fixture.joinAfter(0, "a").assertNumbers(1, 3);
    }

    @Test
    void aHistoryThatCannotBeReadIsToldOnceHoweverManyClientsWantIt() {
        fixture.publishNumbered(1, 100, "a");
        fixture.publish(Event.builder().topic("a").id("mine").data("101").build());
        try (RecordedLog log = new RecordedLog(ReadFault.class.getName())) {
            for (int times = 1; times <= 2; times++) {
                history.failReads(new IllegalStateException("unreadable"), false);
                for (int i = 0; i < 10; i++) {
                    assertThat(fixture.joinAfter(i, "a").awaitClosed()).isEqualTo(CloseReason.FAILED);
                    assertThat(fixture.hub.locate("mine").toCompletableFuture()).isCompletedExceptionally();
                }
                assertThat(log.count(Level.SEVERE)).as("pages, and ids").isEqualTo(2L * times);
                history.failReads(null, false);
                fixture.joinAfter(99, "a").outlet().awaitEvents(2);
                fixture.resume("mine", "a");
            }
        }
    }

    @Test
    void whatIsGoneFromHistoryIsToldByAGap() {
        begin(HubFixture.memory(10), LogMode.RESUMABLE, SMALL_TAIL);
        fixture.publishNumbered(1, 100, "a");
        Client client = fixture.resume(id(5), "a");
        client.outlet().awaitEvents(11);
        assertThat(client.events().get(0)).isEqualTo(new RecordingOutlet.Received(id(90), "gap", gap(id(5), id(90))));
        assertThat(client.outlet().data().subList(1, 11))
                .containsExactly("91", "92", "93", "94", "95", "96", "97", "98", "99", "100");
        assertThat(fixture.hub.stats().replays()).isEqualTo(1);
        assertThat(fixture.hub.stats().gaps()).isEqualTo(1);
    }

    @Test
    void aReplayIsCountedOnceHoweverManyPagesItHas() {
        fixture.publishNumbered(1, 1000, "a");
        fixture.joinAfter(0, "a").assertNumbers(1, 1000);
        assertThat(fixture.hub.stats().replays()).isEqualTo(1);
        assertThat(fixture.hub.stats().gaps()).isEqualTo(0);
    }

    @Test
    void oneWhoFellBehindTheHistoryIsToldByAGap() {
        begin(HubFixture.memory(10), LogMode.RESUMABLE, SMALL_TAIL);
        Client client = stalled(ResumePoint.NOW, "a");
        fixture.publishNumbered(1, 100, "a");
        fixture.settle();
        client.outlet().accept();
        client.outlet().awaitEvents(11);
        assertThat(client.events().get(0).type()).isEqualTo("gap");
        assertThat(client.events().get(0).data()).isEqualTo(gap(id(0), id(90)));
    }

    @Test
    void anUnknownIdIsToldByAGapAndTheNewestEventsFollow() {
        fixture.publishNumbered(1, 2000, "a");
        Client client = fixture.resume("never heard of", "a");
        client.outlet().awaitEvents(1001);
        assertThat(client.events().get(0).data()).isEqualTo(gap("never heard of", id(1000)));
        assertThat(client.events().get(0).id()).isEqualTo(id(1000));
        assertThat(client.outlet().data().subList(1, 1001)).startsWith("1001").endsWith("2000");
    }

    @Test
    void anIdOfAnotherEpochIsUnknown() {
        fixture.publishNumbered(1, 3, "a");
        Client client = fixture.resume("#another0epoch.2", "a");
        client.outlet().awaitEvents(4);
        assertThat(client.events().get(0).data()).isEqualTo(gap("#another0epoch.2", id(0)));
        assertThat(client.outlet().data().subList(1, 4)).containsExactly("1", "2", "3");
    }

    @Test
    void anIdOfTheHubThatIsNoneIsUnknown() {
        fixture.publishNumbered(1, 3, "a");
        String prefix = "#" + history.epoch();
        for (String none : List.of(
                "#",
                prefix,
                prefix + ".",
                prefix + ".x",
                prefix + ".-1",
                prefix + ".4",
                prefix + ".1.",
                prefix + ".9223372036854775807",
                prefix + ".99999999999999999999")) {
            ResumePoint start = HubFixture.join(fixture.hub.locate(none));
            assertThat(start.unknownId()).as(none).isEqualTo(none);
        }
        assertThat(HubFixture.join(fixture.hub.locate(prefix + ".3")).after()).isEqualTo(3);
    }

    @Test
    void anIdThatNoEventCanHaveIsUnknown() {
        fixture.publishNumbered(1, 3, "a");
        for (String impossible : List.of("x".repeat(EventId.MAX_BYTES + 1), "a\u0001b", "\uD83D", "\u0085")) {
            Client client = fixture.resume(impossible, "a");
            client.outlet().awaitEvents(4);
            assertThat(client.events().get(0).type()).isEqualTo("gap");
        }
    }

    @Test
    void aGapEscapesWhatTheClientSent() {
        Client client = fixture.resume("\"},{\"", "a");
        client.outlet().awaitEvents(1);
        assertThat(client.outlet().data()).containsExactly(gap("\\\"},{\\\"", id(0)));
    }

    @Test
    void aGapIsToldAlsoWhereNothingFollows() {
        Client client = fixture.resume("unknown", "a");
        client.outlet().awaitEvents(1);
        assertThat(client.outlet().lastEventId()).isEqualTo(id(0));
        fixture.publish("1", "a");
        client.assertDataAfterGap("1");
    }

    @Test
    void aCursorBeforeTheHeadOfAHistoryThatIsAheadSkipsNothing() {
        history.holdAppends();
        fixture.hub.publish(event("1", "a"));
        fixture.hub.publish(event("2", "a"));
        Client client = fixture.joinAfter(1, "a");
        history.completeAppend(0);
        history.completeAppend(1);
        client.assertData("2");
    }

    @Test
    void inLiveModeNothingHasAnIdAndNothingIsReplayed() {
        begin(new NoHistory(), LogMode.LIVE, SMALL_TAIL);
        fixture.publish("0", "a");
        Client client = fixture.join("a");
        fixture.publish("1", "a");
        fixture.publish(Event.builder().topic("a").id("#own").data("2").build());
        client.assertData("1", "2");
        assertThat(client.outlet().text()).isEqualTo(":\nretry: 3000\ndata: 1\n\nid: #own\ndata: 2\n\n");
    }

    @Test
    void inLiveModeOneWhoFellBehindTheTailIsClosed() {
        begin(new NoHistory(), LogMode.LIVE, SMALL_TAIL);
        Client slow = stalled(ResumePoint.NOW, "a");
        Client quick = fixture.join("a");
        for (int i = 1; i <= SMALL_TAIL; i++) {
            fixture.publish("" + i, "a");
            fixture.settle();
        }
        slow.outlet().accept();
        slow.assertNumbers(1, SMALL_TAIL);
        slow.outlet().refuse();
        for (int i = SMALL_TAIL + 1; i <= 2 * SMALL_TAIL + 1; i++) {
            fixture.publish("" + i, "a");
            fixture.settle();
        }
        slow.outlet().accept();
        assertThat(slow.awaitClosed()).isEqualTo(CloseReason.LAGGED);
        assertThat(slow.outlet().isFinished()).isFalse();
        slow.assertNumbers(1, SMALL_TAIL);
        quick.assertNumbers(1, 2 * SMALL_TAIL + 1);
    }

    @Test
    void inLiveModeOneWhoseNextEventIsInTheTailStaysThoughItsLastIsNot() {
        begin(new NoHistory(), LogMode.LIVE, SMALL_TAIL);
        Client behind = stalled(ResumePoint.NOW, "a");
        Client slow = fixture.join("a");
        fixture.publish("1", "a");
        slow.assertData("1");
        slow.outlet().refuse();
        fixture.publishNumbered(2, 10, "b");
        fixture.publish("11", "a");
        fixture.publishNumbered(12, 17, "b");
        fixture.publish("18", "a");
        fixture.settle();
        slow.outlet().accept();
        slow.assertData("1", "11", "18");
        behind.outlet().accept();
        assertThat(behind.awaitClosed()).isEqualTo(CloseReason.LAGGED);
    }

    @Test
    void inLiveModeABurstThatTheTailHoldsClosesNobody() {
        begin(new NoHistory(), LogMode.LIVE, 65_536);
        Client client = fixture.join("a");
        Client slow = stalled(ResumePoint.NOW, "a");
        fixture.settle();
        CountDownLatch go = fixture.hold(0);
        fixture.publishNumbered(1, 50_000, "a");
        go.countDown();
        client.assertNumbers(1, 50_000);
        slow.outlet().accept();
        slow.assertNumbers(1, 50_000);
    }

    @Test
    void inLiveModeOneWhoJoinsAsTheLastOtherLeavesIsNotClosed() {
        begin(new NoHistory(), LogMode.LIVE, 64);
        Client before = fixture.join("a");
        fixture.settle();
        // Between the join and the moment when the loop takes it over: an event, and the other leaves.
        fixture.ticker.onNextNanos(() -> {
            fixture.publish("1", "a");
            before.outlet().leave();
        });
        Client joining = fixture.join("a");
        before.awaitClosed();
        fixture.publish("2", "a");
        joining.assertData("1", "2");
        before.assertData("1");
    }

    @Test
    void inLiveModeOneWhoCannotWriteAtOnceIsNotClosed() {
        begin(new NoHistory(), LogMode.LIVE, 64);
        Client before = fixture.join("a");
        fixture.settle();
        Client joining = new Client(new RecordingOutlet().refuse());
        fixture.ticker.onNextNanos(() -> fixture.publish("1", "a"));
        fixture.join(joining, ResumePoint.NOW, Rights.PUBLIC_ONLY, "a");
        fixture.settle();
        before.outlet().refuse();
        fixture.publish("2", "a");
        before.outlet().awaitRefusal();
        before.outlet().accept();
        before.assertData("1", "2");
        joining.outlet().accept();
        joining.assertData("1", "2");
    }

    @Test
    void inLatestModeOneWhoFellBehindGetsTheNewest() {
        begin(new NewestOfTopic(), LogMode.LATEST, SMALL_TAIL);
        Client slow = stalled(ResumePoint.NOW, "a", "b");
        Client quick = fixture.join("a", "b");
        fixture.publish("b1", "b");
        for (int i = 1; i <= 100; i++) {
            fixture.publish("" + i, "a");
            fixture.settle();
        }
        slow.outlet().accept();
        slow.assertData("b1", "100");
        quick.outlet().awaitEvents(101);
        fixture.publish("101", "a");
        slow.assertData("b1", "100", "101");
        assertThat(slow.outlet().text()).doesNotContain("gap").doesNotContain("id:");
    }
}
