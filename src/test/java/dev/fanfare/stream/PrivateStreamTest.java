package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.event.Event;
import dev.fanfare.hub.Client;
import dev.fanfare.hub.HubFixture;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.wire.EventEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class PrivateStreamTest {
    private final HubFixture fixture = HubFixture.resumable();
    private final Client client = new Client();
    private final AtomicInteger demands = new AtomicInteger();
    private final AtomicInteger tasks = new AtomicInteger();
    private final ExecutorService threads =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "of-the-service"));
    private final Executor executor = task -> {
        tasks.incrementAndGet();
        threads.execute(task);
    };

    @AfterEach
    void close() {
        fixture.close();
        threads.shutdown();
    }

    private PrivateStream open(Client opened) {
        return PrivateStream.open(
                fixture.loops,
                opened.outlet(),
                List.of(EventEncoder.HEARTBEAT),
                Reader.UNKNOWN,
                executor,
                demands::incrementAndGet,
                opened::closed);
    }

    private PrivateStream openRefusing() {
        client.outlet().refuse();
        PrivateStream stream = open(client);
        client.outlet().awaitRefusal();
        return stream;
    }

    private static void join(CompletionStage<Void> stage) {
        HubFixture.join(stage);
    }

    @Test
    void sendsInOrderBehindTheOpening() {
        PrivateStream stream = open(client);
        join(stream.offer(Event.of("1")));
        join(stream.offer(Event.builder().id("x").type("t").data("2").build()));
        client.assertData("1", "2");
        assertThat(client.outlet().text()).isEqualTo(":\ndata: 1\n\nevent: t\nid: x\ndata: 2\n\n");
    }

    @Test
    void aStageIsCompleteWhenTheOutletHasTakenTheEvent() {
        PrivateStream stream = openRefusing();
        CompletableFuture<Void> taken = stream.offer(Event.of("1")).toCompletableFuture();
        fixture.settle();
        assertThat(taken).isNotDone();
        client.outlet().accept();
        join(taken);
        client.assertData("1");
    }

    @Test
    void aStageIsNotCompletedInTheLoop() {
        PrivateStream stream = openRefusing();
        CompletableFuture<String> thread = stream.offer(Event.of("1"))
                .toCompletableFuture()
                .thenApply(done -> Thread.currentThread().getName());
        client.outlet().accept();
        assertThat(HubFixture.join(thread)).isEqualTo("of-the-service");
    }

    @Test
    void theStagesOfOneWriteCostOneTaskAndThoseOfNobodyNone() {
        PrivateStream stream = openRefusing();
        IntStream.rangeClosed(1, 5).forEach(i -> stream.add(Event.of("" + i)));
        client.outlet().accept();
        client.assertData("1", "2", "3", "4", "5");
        fixture.settle();
        assertThat(tasks).hasValue(0);
        client.outlet().refuse();
        IntStream.rangeClosed(6, 7).forEach(i -> stream.add(Event.of("" + i)));
        CompletionStage<Void> asked = stream.offer(Event.of("8"));
        CompletionStage<Void> askedToo = stream.offer(Event.of("9"));
        client.outlet().accept();
        join(asked);
        join(askedToo);
        client.assertData("1", "2", "3", "4", "5", "6", "7", "8", "9");
        assertThat(tasks.get()).isBetween(1, 2);
    }

    @Test
    void whatIsAddedToAStreamThatIsOverIsLetGo() {
        PrivateStream stream = open(client);
        stream.cutOff();
        client.awaitClosed();
        stream.add(Event.of("late"));
        fixture.settle();
        assertThat(stream.hasWaiting()).isFalse();
        assertThat(tasks).hasValue(0);
    }

    @Test
    void soManyEventsWaitAndNoMore() {
        PrivateStream stream = openRefusing();
        List<CompletionStage<Void>> stages = new ArrayList<>();
        for (int i = 0; i < PrivateStream.MAX_EVENTS; i++) {
            stages.add(stream.offer(Event.of("" + i)));
        }
        assertThatThrownBy(() -> join(stream.offer(Event.of("too many"))))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StreamFull.class);
        client.outlet().accept();
        stages.forEach(PrivateStreamTest::join);
        join(stream.offer(Event.of("again")));
        client.outlet().awaitEvents(PrivateStream.MAX_EVENTS + 1);
        assertThat(client.outlet().data()).endsWith("1023", "again").doesNotContain("too many");
    }

    @Test
    void soManyBytesWaitAndNoMore() {
        PrivateStream stream = openRefusing();
        String large = "x".repeat(400_000);
        stream.offer(Event.of(large));
        stream.offer(Event.of(large));
        assertThatThrownBy(() -> join(stream.offer(Event.of(large)))).hasCauseInstanceOf(StreamFull.class);
        client.outlet().accept();
        client.assertData(large, large);
    }

    @Test
    void oneEventMayBeLargerThanWhatMayWait() {
        PrivateStream stream = openRefusing();
        String large = "x".repeat(3_000_000);
        stream.offer(Event.of(large));
        assertThatThrownBy(() -> join(stream.offer(Event.of("y")))).hasCauseInstanceOf(StreamFull.class);
        client.outlet().accept();
        client.assertData(large);
    }

    @Test
    void completeEndsTheStreamBehindWhatWasOffered() {
        PrivateStream stream = openRefusing();
        CompletionStage<Void> first = stream.offer(Event.of("1"));
        stream.complete();
        assertThatThrownBy(() -> join(stream.offer(Event.of("late")))).hasCauseInstanceOf(StreamClosed.class);
        client.outlet().accept();
        join(first);
        client.assertData("1");
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.ENDED);
        assertThat(client.outlet().isFinished()).isTrue();
    }

    @Test
    void anEventOfferedJustBeforeTheEndIsSent() {
        AtomicReference<PrivateStream> opened = new AtomicReference<>();
        AtomicReference<CompletionStage<Void>> last = new AtomicReference<>();
        CountDownLatch go = fixture.hold(0);
        // Offered and completed right after the loop found nothing to write, before it looks whether that is the end.
        opened.set(PrivateStream.open(
                fixture.loops,
                client.outlet(),
                List.of(),
                Reader.UNKNOWN,
                executor,
                () -> {
                    if (last.get() == null) {
                        last.set(opened.get().offer(Event.of("last")));
                        opened.get().complete();
                    }
                },
                client::closed));
        go.countDown();
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.ENDED);
        client.assertData("last");
        join(last.get());
    }

    @Test
    void whatAClientThatLeftHasNotTakenIsLost() {
        PrivateStream stream = openRefusing();
        CompletionStage<Void> waiting = stream.offer(Event.of("1"));
        client.outlet().leave();
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.LEFT);
        assertThatThrownBy(() -> join(waiting)).hasCauseInstanceOf(StreamClosed.class);
        assertThatThrownBy(() -> join(stream.offer(Event.of("2")))).hasCauseInstanceOf(StreamClosed.class);
    }

    @Test
    void demandIsToldWhenTheClientHasTakenAll() {
        PrivateStream stream = open(client);
        Awaitility.await().until(() -> demands.get() > 0);
        client.outlet().refuse();
        stream.offer(Event.of("1"));
        client.outlet().awaitRefusal();
        fixture.settle();
        int before = demands.get();
        stream.offer(Event.of("2"));
        fixture.settle();
        assertThat(demands.get()).isEqualTo(before);
        client.outlet().accept();
        Awaitility.await().until(() -> demands.get() > before);
        client.assertData("1", "2");
    }

    @Test
    void aStreamThatIsCompletedAsksForNothing() {
        PrivateStream stream = openRefusing();
        stream.complete();
        client.outlet().accept();
        client.awaitClosed();
        assertThat(demands.get()).isZero();
    }

    @Test
    void cutOffEndsItWithoutAnEnd() {
        PrivateStream stream = open(client);
        stream.cutOff();
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.FAILED);
        assertThat(client.outlet().isFinished()).isFalse();
    }

    @Test
    void demandThatFailsClosesTheStream() {
        PrivateStream.open(
                fixture.loops,
                client.outlet(),
                List.of(),
                Reader.UNKNOWN,
                executor,
                () -> {
                    throw new IllegalStateException("told to fail");
                },
                client::closed);
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.FAILED);
    }

    @Test
    void aStalledClientIsClosedThoughNothingMoreIsOffered() {
        PrivateStream stream = openRefusing();
        CompletionStage<Void> waiting = stream.offer(Event.of("1"));
        fixture.pass(Duration.ofSeconds(33));
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.STALLED);
        assertThatThrownBy(() -> join(waiting)).hasCauseInstanceOf(StreamClosed.class);
    }

    @Test
    void quietStreamsGetHeartbeats() {
        open(client);
        fixture.pass(Duration.ofSeconds(16));
        client.outlet().awaitComments(2);
    }

    @Test
    void offersOfManyThreadsAllArriveOnce() throws Exception {
        PrivateStream stream = open(new Client(client.outlet()));
        int threads = 4;
        int each = 2000;
        List<Thread> offering = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int mine = t;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    join(stream.offer(Event.of(mine + "-" + i)));
                }
            });
            thread.start();
            offering.add(thread);
        }
        RecordingOutlet outlet = client.outlet();
        for (int i = 0; i < 200; i++) {
            outlet.room(i % 3 * 50L);
            Thread.yield();
        }
        outlet.accept();
        for (Thread thread : offering) {
            thread.join();
        }
        outlet.awaitEvents(threads * each);
        assertThat(outlet.data()).hasSize(threads * each).doesNotHaveDuplicates();
        for (int t = 0; t < threads; t++) {
            String prefix = t + "-";
            assertThat(outlet.data().stream()
                            .filter(data -> data.startsWith(prefix))
                            .map(data -> Integer.parseInt(data.substring(2))))
                    .isSorted();
        }
    }
}
