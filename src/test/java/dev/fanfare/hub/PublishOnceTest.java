package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.LogMode;
import dev.fanfare.log.MemoryReceipts;
import dev.fanfare.log.ReadFault;
import dev.fanfare.log.Receipts;
import dev.fanfare.testing.RecordedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Publishing what may have been published before. */
@Timeout(240)
class PublishOnceTest {
    private static final IdempotencyKey KEY = new IdempotencyKey("me", "k1");

    private ScriptedHistory history = new ScriptedHistory(HubFixture.memory());
    private HubFixture fixture = HubFixture.of(HubFixture.SETTINGS, 1, history, LogMode.RESUMABLE, 1024);

    @AfterEach
    void close() {
        fixture.close();
    }

    private void begin(int maxEvents) {
        fixture.close();
        history = new ScriptedHistory(HubFixture.memory(maxEvents));
        fixture = HubFixture.of(HubFixture.SETTINGS, 1, history, LogMode.RESUMABLE, 1024);
    }

    private static Event.Builder named(String id) {
        return Event.builder().id(id).topic("a").data("x");
    }

    private static Event unnamed(String data) {
        return Event.builder().topic("a").data(data).build();
    }

    private List<String> publish(IdempotencyKey key, Event... events) {
        return HubFixture.join(fixture.hub.publishOnce(List.of(events), key)).stream()
                .map(EventId::value)
                .toList();
    }

    private String id(long position) {
        return fixture.hub.idAt(position).value();
    }

    @Test
    void theSameEventAgainIsNotPublishedAgain() {
        Client client = fixture.join("a");
        assertThat(publish(null, named("1").build())).containsExactly("1");
        assertThat(publish(null, named("1").build())).containsExactly("1");
        publish(null, named("2").data("end").build());
        client.assertData("x", "end");
        assertThat(history.head()).isEqualTo(2);
    }

    @Test
    void theSameEventThatWasPublishedPlainlyIsNotPublishedAgain() {
        fixture.publish(named("1").build());
        assertThat(publish(null, named("1").build())).containsExactly("1");
        assertThat(history.head()).isEqualTo(1);
    }

    static List<Event> others() {
        return List.of(
                named("1").data("y").build(),
                named("1").data(null).build(),
                named("1").topic("b").build(),
                named("1").type("t").build(),
                named("1").retry(Duration.ofSeconds(1)).build(),
                named("1").isPrivate(true).build());
    }

    @ParameterizedTest
    @MethodSource("others")
    void anIdWithOtherContentIsAConflict(Event other) {
        publish(null, named("1").build());
        assertThatThrownBy(() -> publish(null, unnamed("new"), other, named("2").build()))
                .hasCauseInstanceOf(IdConflict.class)
                .hasMessageContaining("'1'");
        assertThat(history.head()).as("all or nothing").isEqualTo(1);
        assertThat(publish(null, named("2").build())).containsExactly("2");
    }

    @Test
    void underAKeyAloneIdsMayComeAgainAndTheKeyIsExact() {
        List<Event> events = List.of(named("1").build(), named("1").data("y").build());
        for (int i = 0; i < 2; i++) {
            assertThat(HubFixture.join(fixture.hub.publish(events, KEY)))
                    .containsExactly(new EventId("1"), new EventId("1"));
            assertThat(history.head()).isEqualTo(2);
        }
        assertThatThrownBy(() -> HubFixture.join(fixture.hub.publish(List.of(unnamed("z")), KEY)))
                .hasCauseInstanceOf(KeyConflict.class);
        HubFixture.join(fixture.hub.publish(events, null));
        assertThat(history.head()).isEqualTo(4);
    }

    @Test
    void anIdThatAHeaderCantCarryIsRefused() {
        for (String id : List.of(" 1", "1 ", "\u00a01", "1\u2003")) {
            assertThatThrownBy(() -> publish(null, named(id).build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("begins or ends with a space");
        }
    }

    @Test
    void anIdOfAPrivateEventIsFreeToWhoMayNotKnowOfIt() {
        fixture.publish(named("1").topic("secret").isPrivate(true).build());
        List<Event> mine = List.of(named("1").build());
        for (int i = 0; i < 2; i++) {
            assertThat(HubFixture.join(fixture.hub.publishOnce(mine, null, known -> false)))
                    .containsExactly(new EventId("1"));
            assertThat(history.head()).isEqualTo(2);
        }
        List<Event> other = List.of(named("1").data("other").build());
        assertThatThrownBy(() -> HubFixture.join(fixture.hub.publishOnce(other, null, known -> false)))
                .hasRootCauseInstanceOf(IdConflict.class);
        assertThatThrownBy(() -> publish(null, mine.get(0))).hasRootCauseInstanceOf(IdConflict.class);
    }

    @Test
    void anIdIsFreeOnceItsEventIsGone() {
        begin(3);
        publish(null, named("1").build());
        fixture.publishNumbered(1, 3, "a");
        assertThat(publish(null, named("1").data("y").build())).containsExactly("1");
        assertThat(history.head()).isEqualTo(5);
    }

    @Test
    void ofABatchOnlyWhatIsNewIsPublished() {
        publish(null, named("b").build());
        Client client = fixture.join("a");
        assertThat(publish(
                        null,
                        unnamed("1"),
                        named("b").build(),
                        unnamed("2"),
                        named("c").build(),
                        named("c").build()))
                .containsExactly(id(2), "b", id(3), "c", "c");
        client.assertData("1", "2", "x");
        assertThat(history.head()).isEqualTo(4);
    }

    @Test
    void anIdTwiceInOneBatchWithOtherContentIsAConflict() {
        assertThatThrownBy(() ->
                        publish(null, named("c").build(), named("c").data("y").build()))
                .hasCauseInstanceOf(IdConflict.class);
        assertThat(history.head()).isZero();
    }

    @Test
    void whatMayNotBePublishedIsRefusedHereToo() {
        assertThatThrownBy(() -> publish(KEY, named("#1").build())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> publish(KEY, named("1").type("gap").build()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aKeyIsAnsweredTheSameAgain() {
        Client client = fixture.join("a");
        fixture.publish("0", "b");
        List<String> ids = publish(KEY, unnamed("1"), named("own").build(), unnamed("2"));
        assertThat(ids).containsExactly(id(2), "own", id(4));
        fixture.publish("3", "b");
        assertThat(publish(KEY, unnamed("1"), named("own").build(), unnamed("2")))
                .isEqualTo(ids);
        assertThat(history.head()).isEqualTo(5);
        fixture.settle();
        client.assertData("1", "x", "2");
    }

    @Test
    void aKeyOfABatchThatWasKnownInPartIsAnsweredTheSameAgain() {
        publish(null, named("b").build());
        List<String> ids = publish(KEY, unnamed("1"), named("b").build(), unnamed("2"));
        assertThat(ids).containsExactly(id(2), "b", id(3));
        assertThat(publish(KEY, unnamed("1"), named("b").build(), unnamed("2"))).isEqualTo(ids);
        assertThat(history.head()).isEqualTo(3);
    }

    @Test
    void aKeyWithOtherContentIsAConflict() {
        publish(KEY, unnamed("1"));
        for (Event[] other : new Event[][] {
            {unnamed("2")}, {unnamed("1"), unnamed("1")}, {named("1").data("1").build()}
        }) {
            assertThatThrownBy(() -> publish(KEY, other)).hasCauseInstanceOf(KeyConflict.class);
        }
        assertThat(history.head()).isEqualTo(1);
    }

    @Test
    void aKeyOfNothingNewIsRememberedToo() {
        publish(null, named("b").build());
        publish(KEY, named("b").build());
        assertThat(publish(KEY, named("b").build())).containsExactly("b");
        assertThatThrownBy(() -> publish(KEY, unnamed("1"))).hasCauseInstanceOf(KeyConflict.class);
    }

    @Test
    void keysOfDifferentPublishersHaveNothingToDoWithOneAnother() {
        publish(KEY, unnamed("1"));
        assertThat(publish(new IdempotencyKey("you", "k1"), unnamed("2"))).containsExactly(id(2));
        assertThat(publish(new IdempotencyKey("mek", "1"), unnamed("3"))).containsExactly(id(3));
    }

    @Test
    void aKeyIsForgottenWithTheLastOfItsEvents() {
        begin(3);
        publish(KEY, unnamed("1"), unnamed("2"));
        fixture.publishNumbered(1, 2, "a");
        assertThat(publish(KEY, unnamed("1"), unnamed("2"))).containsExactly(id(1), id(2));
        fixture.publishNumbered(3, 3, "a");
        assertThat(publish(KEY, unnamed("1"), unnamed("2"))).containsExactly(id(6), id(7));
    }

    @Test
    void keysAreBounded() {
        MemoryReceipts receipts = new MemoryReceipts(HubFixture.memory(10));
        for (int i = 0; i < 1000; i++) {
            HubFixture.join(receipts.append(List.of(unnamed("" + i)), "key" + i, "c"));
        }
        assertThat(receipts.size()).isLessThanOrEqualTo(11);
        for (int i = 0; i < MemoryReceipts.MAX_RECEIPTS + 10; i++) {
            HubFixture.join(receipts.append(List.of(), "none" + i, "c"));
        }
        assertThat(receipts.size()).isEqualTo(MemoryReceipts.MAX_RECEIPTS);
        assertThat(HubFixture.join(receipts.find("none" + MemoryReceipts.MAX_RECEIPTS)))
                .isPresent();
    }

    @Test
    void anAppendThatFailsLeavesNothingBehind() {
        history.failAppends(new IllegalStateException("disk full"));
        assertThatThrownBy(() -> publish(KEY, named("1").build())).hasRootCauseMessage("disk full");
        history.failAppends(null);
        assertThat(publish(KEY, named("1").build())).containsExactly("1");
        assertThat(history.head()).isEqualTo(1);
    }

    /** A history that remembers keys itself, as one on a disk does. */
    private static final class WithReceipts extends ScriptedHistory implements Receipts {
        private volatile @Nullable RuntimeException failure;

        WithReceipts() {
            super(HubFixture.memory());
        }

        @Override
        public CompletionStage<Long> append(List<Event> events, String key, String content) {
            return append(events);
        }

        @Override
        public CompletionStage<Optional<Receipt>> find(String key) {
            RuntimeException now = failure;
            return now == null
                    ? CompletableFuture.completedStage(Optional.empty())
                    : CompletableFuture.failedStage(now);
        }
    }

    @Test
    void keysThatCannotBeLookedUpAreToldOnceUntilTheyCan() {
        fixture.close();
        WithReceipts receipts = new WithReceipts();
        fixture = HubFixture.of(HubFixture.SETTINGS, 1, receipts, LogMode.RESUMABLE, 1024);
        try (RecordedLog log = new RecordedLog(ReadFault.class.getName())) {
            for (int times = 1; times <= 2; times++) {
                receipts.failure = new HistoryUnavailable("unreadable");
                for (int i = 0; i < 10; i++) {
                    assertThatThrownBy(() -> publish(KEY, unnamed("x"))).hasRootCauseMessage("unreadable");
                }
                assertThat(log.count(Level.SEVERE)).isEqualTo(times);
                receipts.failure = null;
                publish(KEY, unnamed("x"));
            }
        }
        assertThat(receipts.head()).as("those that failed are not there").isEqualTo(2);
    }

    @Test
    void oneThatComesWhileTheFirstIsAppendedWaitsForIt() {
        history.holdAppends();
        var first = fixture.hub.publishOnce(List.of(named("1").build()), null);
        var same = fixture.hub.publishOnce(List.of(named("1").build()), null);
        var other = fixture.hub.publishOnce(List.of(named("1").data("y").build()), null);
        var elsewhere = fixture.hub.publishOnce(List.of(named("2").build()), null);
        assertThat(first.toCompletableFuture()).isNotDone();
        assertThat(same.toCompletableFuture()).isNotDone();
        history.completeAppend(1);
        assertThat(elsewhere.toCompletableFuture()).as("other ids do not wait").isDone();
        history.completeAppend(0);
        assertThat(first.toCompletableFuture()).isCompletedWithValue(List.of(new EventId("1")));
        assertThat(same.toCompletableFuture()).isCompletedWithValue(List.of(new EventId("1")));
        assertThat(other.toCompletableFuture()).isCompletedExceptionally();
        assertThat(history.head()).isEqualTo(2);
    }

    @Test
    void thoseThatWaitForTheSameKeyAreBoundedByTheirBytes() {
        history.holdAppends();
        Event large = unnamed("x".repeat(1 << 20));
        List<CompletableFuture<List<EventId>>> stages = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            stages.add(fixture.hub.publishOnce(List.of(large), KEY).toCompletableFuture());
        }
        assertThat(stages.subList(0, 63)).noneMatch(CompletableFuture::isDone);
        assertThat(stages.subList(63, 70))
                .allSatisfy(stage -> assertThat(stage)
                        .isCompletedExceptionally()
                        .failsWithin(Duration.ZERO)
                        .withThrowableThat()
                        .withCauseInstanceOf(HistoryUnavailable.class));
        assertThat(publishPlainly()).as("others do not notice").isNotDone();
        history.completeAppend(0);
        assertThat(stages.subList(0, 63))
                .allMatch(stage -> stage.join().equals(stages.get(0).join()));
        assertThat(publish(KEY, large)).as("there is room again").containsExactly(id(1));
    }

    private CompletableFuture<EventId> publishPlainly() {
        return fixture.hub.publish(unnamed("plain")).toCompletableFuture();
    }

    @Test
    void thoseThatWaitForTheSameIdAreBoundedByTheirNumberAndAllGetTheirTurn() {
        history.holdAppends();
        List<Event> small = List.of(named("1").build());
        List<CompletableFuture<List<EventId>>> stages = new ArrayList<>();
        for (int i = 0; i < Idempotency.MAX_PUBLICATIONS; i++) {
            stages.add(fixture.hub.publishOnce(small, null).toCompletableFuture());
        }
        assertThat(stages).noneMatch(CompletableFuture::isDone);
        assertThatThrownBy(() -> publish(null, small.get(0)))
                .hasCauseInstanceOf(HistoryUnavailable.class)
                .hasMessageContaining("65536 publications");
        history.completeAppend(0);
        assertThat(stages).allMatch(stage -> stage.getNow(List.of()).equals(List.of(new EventId("1"))));
        assertThat(publish(null, small.get(0))).containsExactly("1");
    }

    @Test
    void manyAtOnceWithIdsInCommonPublishEachOnce() throws Exception {
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier barrier = new CyclicBarrier(threads);
            AtomicInteger conflicts = new AtomicInteger();
            List<Callable<Void>> publishers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int self = t;
                publishers.add(() -> {
                    for (int i = 0; i < 300; i++) {
                        barrier.await();
                        Event shared = named("shared" + i).build();
                        Event crossed = named("crossed" + i).data("" + self % 2).build();
                        CompletableFuture<List<EventId>> ids = fixture.hub
                                .publishOnce(self % 2 == 0 ? List.of(shared, crossed) : List.of(crossed, shared), null)
                                .toCompletableFuture();
                        try {
                            ids.join();
                        } catch (RuntimeException e) {
                            assertThat(e).hasCauseInstanceOf(IdConflict.class);
                            conflicts.incrementAndGet();
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> done : pool.invokeAll(publishers)) {
                done.get();
            }
            assertThat(history.head()).isEqualTo(600);
            assertThat(conflicts).hasValue(300 * threads / 2);
        } finally {
            pool.shutdownNow();
        }
    }

    /** It was stuck for good: the empty publication overwrote an event that waited for the one before it. */
    @Test
    void aPublicationThatWasKnownTakesNoPlaceOfAnother() {
        HubFixture.join(fixture.hub.publish(named("x").build()));
        Client client = fixture.join("a");
        history.holdAppends();
        fixture.hub.publish(unnamed("2"));
        fixture.hub.publish(unnamed("3"));
        history.completeAppend(1);

        publish(KEY, named("x").build());
        history.completeAppend(0);

        client.assertData("2", "3");
    }
}
