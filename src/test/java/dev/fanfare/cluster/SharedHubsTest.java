package dev.fanfare.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.sqlite.Freed;
import dev.fanfare.history.sqlite.SqliteHistory;
import dev.fanfare.hub.Client;
import dev.fanfare.hub.HubFixture;
import dev.fanfare.hub.IdConflict;
import dev.fanfare.hub.IdempotencyKey;
import dev.fanfare.hub.KeyConflict;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.hub.Rights;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.LocalCopy;
import dev.fanfare.log.LogMode;
import dev.fanfare.log.SharedLog;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet.Received;
import dev.fanfare.tracing.RecordingTracing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two and three hubs on one log, as on as many nodes. */
@Timeout(240)
class SharedHubsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    private final ManualTicker ticker = new ManualTicker();
    private final FakeSharedLog engine = new FakeSharedLog(ticker);
    private final List<Node> nodes = new ArrayList<>();

    @TempDir
    Path folder;

    /** One node: its way to the log, its copy, its hub. */
    private final class Node {
        final FakeSharedLog.Node log = engine.node();
        final ReplicatedHistory history;
        final HubFixture fixture;
        final RecordingTracing tracing = new RecordingTracing();

        Node(LocalCopy copy) {
            history = new ReplicatedHistory(log, copy, ticker, TIMEOUT);
            fixture = HubFixture.traced(HubFixture.SETTINGS, 1, history, LogMode.RESUMABLE, 64, tracing);
            nodes.add(this);
        }

        Node start() {
            history.start();
            return this;
        }

        Node ready() {
            start();
            await().until(history::isReady);
            return this;
        }

        void has(long position) {
            await().until(() -> fixture.hub.dispatched() >= position);
        }

        CompletionStage<EventId> publish(String data, String... topic) {
            return fixture.hub.publish(HubFixture.event(data, topic));
        }

        Client resume(EventId id, String... topics) {
            return fixture.resume(id.value(), topics);
        }
    }

    private Node node() {
        return new Node(HubFixture.memory());
    }

    @AfterEach
    void close() {
        nodes.forEach(node -> node.fixture.close());
    }

    private static <T> T join(CompletionStage<T> stage) {
        return HubFixture.join(stage);
    }

    private static List<String> gaps(Client client) {
        return client.events().stream()
                .filter(event -> "gap".equals(event.type()))
                .map(Received::data)
                .toList();
    }

    @Test
    void eachNodeTellsItsTracerOfDeliveriesUnderThePublicationOnAnother() {
        Node one = node().ready();
        Node other = node().ready();
        other.fixture.join("t");
        join(one.publish("1", "t"));
        await().until(() -> other.tracing.delivered.size() == 1);
        assertThat(one.tracing.published).hasSize(1);
        assertThat(other.tracing.published).isEmpty();
        assertThat(other.tracing.delivered.get(0).event().publication())
                .isEqualTo(one.tracing.published.get(0).context());
        one.has(1);
        assertThat(one.tracing.delivered).isEmpty();
    }

    @Test
    void everyClientOnEveryNodeGetsEverythingOnceInOneOrder() throws Exception {
        List<Node> three = List.of(node().ready(), node().ready(), node().ready());
        List<Client> clients =
                three.stream().map(node -> node.fixture.join("*")).toList();
        int each = 300;
        ExecutorService publishers = Executors.newFixedThreadPool(3);
        List<Future<?>> done = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            int of = n;
            done.add(publishers.submit(() -> {
                for (int i = 0; i < each; i++) {
                    join(three.get(of).publish(of + "-" + i, "t" + i % 5));
                }
            }));
        }
        for (Future<?> publisher : done) {
            publisher.get();
        }
        publishers.shutdown();
        clients.forEach(client -> client.outlet().awaitEvents(3 * each));
        List<String> first = clients.get(0).outlet().data();
        assertThat(first).hasSize(3 * each).doesNotHaveDuplicates();
        for (Client client : clients) {
            assertThat(client.outlet().data()).isEqualTo(first);
            assertThat(client.ids()).isEqualTo(clients.get(0).ids());
        }
    }

    @Test
    void aPublisherLearnsTheIdThatClientsOfAllNodesGet() {
        Node one = node().ready();
        Node other = node().ready();
        Client client = other.fixture.join("a");
        EventId id = join(one.publish("1", "a"));
        client.assertData("1");
        assertThat(client.ids()).containsExactly(id.value());
    }

    @Test
    void aClientGoesOnAtAnotherNodeWithoutAGapOrARepetition() {
        Node one = node().ready();
        Node other = node().ready();
        Client client = one.fixture.join("a");
        for (int i = 1; i <= 200; i++) {
            join(one.publish("" + i, "a"));
        }
        client.assertNumbers(1, 200);
        other.has(200);
        EventId seen = new EventId(client.ids().get(99));
        other.resume(seen, "a").assertNumbers(101, 200);
    }

    @Test
    void aClientThatIsAheadOfItsNewNodeIsWaitedFor() {
        Node one = node().ready();
        Node late = node().ready();
        late.log.hold();
        EventId id = join(one.publish("1", "a"));
        CompletableFuture<ResumePoint> start =
                late.fixture.hub.locate(id.value()).toCompletableFuture();
        assertThat(start).isNotDone();
        late.log.release();
        Client client = late.fixture.join(new Client(), join(start), Rights.PUBLIC_ONLY, "a");
        join(one.publish("2", "a"));
        client.assertData("2");
        assertThat(gaps(client)).isEmpty();
    }

    @Test
    void aPositionThatDoesNotComeIsWaitedForTwoSecondsAndNotLonger() {
        Node one = node().ready();
        Node late = node().ready();
        late.log.hold();
        EventId id = join(one.publish("1", "a"));
        CompletableFuture<ResumePoint> start =
                late.fixture.hub.locate(id.value()).toCompletableFuture();
        ticker.advance(LONGEST_WAIT.minusMillis(1));
        assertThat(start).isNotDone();
        ticker.advance(Duration.ofMillis(1));
        assertThat(start).isDone();
        assertThat(join(start).answer()).isEqualTo("earliest");
        late.log.release();
    }

    @Test
    void whatWasLostIsReportedByAGapToThoseWhoHadIt() {
        Node one = node().ready();
        Node other = node().ready();
        Client saw = one.fixture.join("a");
        Client elsewhere = other.fixture.join("b");
        EventId kept = join(one.publish("kept", "b"));
        EventId lost = join(one.publish("lost", "a"));
        saw.assertData("lost");
        other.has(2);
        engine.lose(1);
        long first = SharedLog.JUMP;
        await().until(() -> one.fixture.hub.dispatched() > first && other.fixture.hub.dispatched() > first);
        EventId next = join(other.publish("new", "a", "b"));
        saw.outlet().awaitEvents(3);
        assertThat(saw.outlet().data().get(2)).isEqualTo("new");
        assertThat(gaps(saw)).singleElement().asString().contains(lost.value());
        elsewhere.assertData("kept", "new");

        Client goesOn = other.resume(kept, "a", "b");
        goesOn.assertData("new");
        Client isTold = other.resume(lost, "b");
        isTold.outlet().awaitEvents(2);
        assertThat(gaps(isTold)).hasSize(1);
        assertThat(next.value())
                .doesNotStartWith(kept.value().substring(0, kept.value().indexOf('.')));
        assertThat(one.history.logStats().lives()).isEqualTo(2);
    }

    @Test
    void afterAnEngineHasLostAllNoPositionIsUsedTwiceAndAllAreTold() {
        Node one = node().ready();
        Node other = node().ready();
        Client client = one.fixture.join("a");
        EventId before = null;
        for (int i = 1; i <= 10; i++) {
            before = join(one.publish("" + i, "a"));
        }
        client.assertNumbers(1, 10);
        other.has(10);
        engine.wipe();
        await().until(() ->
                one.fixture.hub.dispatched() > SharedLog.JUMP && other.fixture.hub.dispatched() > SharedLog.JUMP);
        EventId after = join(other.publish("after", "a"));
        client.outlet().awaitEvents(12);
        assertThat(client.outlet().data().get(11)).isEqualTo("after");
        assertThat(gaps(client)).hasSize(1);
        one.has(other.history.head());
        Client comesBack = other.resume(before, "a");
        comesBack.outlet().awaitEvents(2);
        assertThat(gaps(comesBack)).hasSize(1);
        assertThat(comesBack.outlet().data().get(1)).isEqualTo("after");
        one.resume(after, "a");
        assertThat(one.history.keptAfter()).isGreaterThan(SharedLog.JUMP - 1);
    }

    /** A fresh node met the emptied engine first. */
    @Test
    void aNodeThatFindsAnotherLogTellsItsClientsAtOnce() {
        Node one = node().ready();
        Client client = one.fixture.join("a");
        EventId before = null;
        for (int i = 1; i <= 10; i++) {
            before = join(one.publish("" + i, "a"));
        }
        client.assertNumbers(1, 10);
        one.log.cut(true);
        await().until(() -> one.history.logFault().isPresent());
        engine.wipe();
        Node fresh = node().ready();
        join(fresh.publish("elsewhere", "a"));
        one.log.cut(false);
        client.outlet().awaitEvents(11);
        assertThat(gaps(client)).hasSize(1);
        fresh.has(SharedLog.JUMP);
        join(fresh.publish("11", "a"));
        client.outlet().awaitEvents(12);
        assertThat(client.outlet().data().get(11)).isEqualTo("11");
        Client comesBack = fresh.resume(before, "a");
        comesBack.outlet().awaitEvents(2);
        assertThat(gaps(comesBack)).hasSize(1);
    }

    @Test
    void aFileOfAnotherLogBeginsAnewWithAllThatThisOneHas() {
        Path file = folder.resolve("copy.db");
        Node stays = new Node(Freed.open(() -> SqliteHistory.openCopy(HistorySettings.sqlite(file), ticker))).ready();
        EventId old = join(stays.publish("old", "a"));
        stays.has(1);
        stays.fixture.close();
        engine.wipe();
        Node other = node().ready();
        join(other.publish("1", "a"));
        join(other.publish("2", "a"));
        other.has(2);

        Node again = new Node(Freed.open(() -> SqliteHistory.openCopy(HistorySettings.sqlite(file), ticker))).ready();
        join(other.publish("3", "a"));
        Client client = again.fixture.resume("earliest", "a");
        client.outlet().awaitEvents(3);
        assertThat(client.outlet().data()).containsExactly("1", "2", "3");
        Client told = again.resume(old, "a");
        told.outlet().awaitEvents(2);
        assertThat(gaps(told)).hasSize(1);
    }

    @Test
    void whatWasTrimmedBeforeANodeHadItIsAGapForItsClients() {
        Node one = node().ready();
        Node late = node().ready();
        Client client = late.fixture.join("a");
        join(one.publish("1", "a"));
        client.assertData("1");
        late.log.hold();
        for (int i = 2; i <= 20; i++) {
            join(one.publish("" + i, "a"));
        }
        engine.trim(18);
        late.log.release();
        client.outlet().awaitEvents(4);
        assertThat(gaps(client)).hasSize(1);
        assertThat(client.outlet().data()).endsWith("19", "20");
        assertThat(late.history.keptAfter()).isEqualTo(18);
    }

    @Test
    void theSameKeyOnTwoNodesPublishesOnce() {
        Node one = node().ready();
        Node other = node().ready();
        other.log.hold();
        IdempotencyKey key = new IdempotencyKey("me", "k1");
        List<Event> events = List.of(HubFixture.event("1", "a"));
        List<EventId> first = join(one.fixture.hub.publish(events, key));
        List<EventId> again = join(other.fixture.hub.publish(events, key));
        assertThat(again).isEqualTo(first);
        assertThat(engine.head()).isEqualTo(1);
        assertThatThrownBy(() -> join(other.fixture.hub.publish(List.of(HubFixture.event("2", "a")), key)))
                .hasCauseInstanceOf(KeyConflict.class);
        other.log.release();
    }

    @Test
    void anIdThatAnotherNodePublishedMeanwhileIsPublishedOnce() {
        Node one = node().ready();
        Node late = node().ready();
        late.log.hold();
        Event event = Event.builder().id("mine").topic("a").data("1").build();
        assertThat(join(one.fixture.hub.publishOnce(List.of(event), null))).containsExactly(new EventId("mine"));
        CompletableFuture<List<EventId>> again =
                late.fixture.hub.publishOnce(List.of(event), null).toCompletableFuture();
        Event other = Event.builder().id("mine").topic("a").data("2").build();
        CompletableFuture<List<EventId>> conflicting =
                late.fixture.hub.publishOnce(List.of(other), null).toCompletableFuture();
        assertThat(again).isNotDone();
        late.log.release();
        assertThat(join(again)).containsExactly(new EventId("mine"));
        assertThatThrownBy(() -> join(conflicting)).hasCauseInstanceOf(IdConflict.class);
        assertThat(engine.head()).isEqualTo(1);
    }

    @Test
    void anAnswerThatIsLostDoublesNothing() {
        Node one = node().ready();
        Client client = one.fixture.join("a");
        engine.loseAnswers(2);
        CompletableFuture<EventId> published = one.publish("1", "a").toCompletableFuture();
        await().until(() -> {
            ticker.advance(Duration.ofMillis(100));
            return published.isDone();
        });
        join(one.publish("2", "a"));
        client.assertNumbers(1, 2);
        assertThat(client.ids().get(0)).isEqualTo(join(published).value());
        assertThat(engine.head()).isEqualTo(2);
    }

    @Test
    void whileTheEngineIsAwayClientsReadOnAndPublishersWaitForIt() {
        Node one = node().ready();
        EventId id = join(one.publish("1", "a"));
        one.has(1);
        Client client = one.fixture.join("a");
        join(one.publish("2", "a"));
        client.assertData("2");
        engine.goAway();
        await().until(() -> one.history.logFault().isPresent());
        assertThat(one.history.isReady()).isTrue();
        assertThat(one.history.fault()).isEmpty();
        one.resume(id, "a").assertData("2");

        CompletableFuture<EventId> pause = one.publish("3", "a").toCompletableFuture();
        ticker.advance(TIMEOUT.minusSeconds(1));
        assertThat(pause).isNotDone();
        engine.comeBack();
        await().until(() -> {
            ticker.advance(Duration.ofMillis(10));
            return pause.isDone();
        });
        client.assertData("2", "3");
        await().until(() -> one.history.logFault().isEmpty());

        engine.goAway();
        CompletableFuture<EventId> tooLong = one.publish("4", "a").toCompletableFuture();
        ticker.advance(TIMEOUT.plusMillis(1));
        assertThatThrownBy(() -> join(tooLong)).hasCauseInstanceOf(HistoryUnavailable.class);
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void aNewNodeIsReadyOnceItHasTheLog() {
        Node one = node().ready();
        EventId id = null;
        for (int i = 1; i <= 3000; i++) {
            id = join(one.publish("" + i, "a"));
            if (i == 1000) {
                one.has(1000);
            }
        }
        Node fresh = node();
        fresh.log.hold();
        fresh.start();
        CompletableFuture<ResumePoint> now = fresh.fixture.hub.locate(null).toCompletableFuture();
        assertThat(fresh.history.isReady()).isFalse();
        assertThat(fresh.history.logFault()).isPresent();
        assertThat(now).isNotDone();
        fresh.log.release();
        Client client = fresh.fixture.join(new Client(), join(now), Rights.PUBLIC_ONLY, "a");
        join(one.publish("next", "a"));
        client.assertData("next");
        fresh.fixture.resume("earliest", "a").outlet().awaitEvents(3001);
        assertThat(fresh.resume(id, "a").assertData("next").events()).hasSize(1);
    }

    @Test
    void aNodeWithoutItsLogTakesNoClientsAndNoEvents() {
        engine.goAway();
        Node one = node().start();
        CompletableFuture<ResumePoint> start = one.fixture.hub.locate(null).toCompletableFuture();
        assertThatThrownBy(() -> join(one.publish("1", "a"))).hasCauseInstanceOf(HistoryUnavailable.class);
        ticker.advance(LONGEST_WAIT);
        assertThatThrownBy(() -> join(start)).hasRootCauseInstanceOf(HistoryUnavailable.class);
        engine.comeBack();
        await().until(() -> {
            ticker.advance(Duration.ofSeconds(1));
            return one.history.isReady();
        });
        Client client = one.fixture.join("a");
        join(one.publish("1", "a"));
        client.assertData("1");
    }

    @Test
    void aNodeThatComesBackWithItsFileReadsOnlyWhatItMissed() {
        Path file = folder.resolve("copy.db");
        Node one = node().ready();
        Node stays = new Node(Freed.open(() -> SqliteHistory.openCopy(HistorySettings.sqlite(file), ticker))).ready();
        EventId seen = join(stays.publish("1", "a"));
        join(stays.publish("2", "a"));
        stays.has(2);
        stays.fixture.close();
        join(one.publish("3", "a"));

        Node again = new Node(Freed.open(() -> SqliteHistory.openCopy(HistorySettings.sqlite(file), ticker)));
        assertThat(again.history.head()).isEqualTo(2);
        assertThat(again.history.epoch()).isEqualTo(one.history.epoch());
        again.ready();
        again.resume(seen, "a").assertNumbers(2, 3);
        again.fixture.close();

        engine.lose(2);
        await().until(() -> one.fixture.hub.dispatched() > SharedLog.JUMP);
        EventId fresh = join(one.publish("after", "a"));
        Node third = new Node(Freed.open(() -> SqliteHistory.openCopy(HistorySettings.sqlite(file), ticker))).ready();
        assertThat(join(third.history.find(fresh, any -> true))).isEmpty();
        third.resume(seen, "a").assertData("after");
        Client told = third.resume(new EventId(seen.value().replaceAll("1$", "3")), "a");
        told.outlet().awaitEvents(2);
        assertThat(gaps(told)).hasSize(1);
    }
}
