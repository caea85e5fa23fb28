package dev.fanfare.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.stream.Batch;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.PrivateStream;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.wire.EventEncoder;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The outlet over sinks of all kinds: late stages as RESTEasy's, stages that fail or never come, sends that throw or block. */
@Timeout(240)
class SinkOutletStagesTest {
    private final ManualTicker ticker = new ManualTicker();
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    private final BlockingPool pool = new BlockingPool();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();

    @AfterEach
    void close() {
        loops.close();
        pool.close();
    }

    private PrivateStream open(FakeSink sink) {
        return PrivateStream.open(
                loops, new SinkOutlet(sink, pool), List.of(), Reader.UNKNOWN, pool, () -> {}, closed::complete);
    }

    private CloseReason awaitClosed() {
        return closed.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static void awaitSent(FakeSink sink, int count) {
        await().until(() -> sink.sent().size() == count);
    }

    private static List<Object> data(FakeSink sink) {
        return sink.sent().stream().map(OutboundSseEvent::getData).toList();
    }

    @Test
    void aSinkIsClosedBehindAllThatWasSent() {
        FakeSink sink = FakeSink.taking();
        PrivateStream stream = open(sink);
        IntStream.range(0, 500).forEach(i -> stream.offer(Event.of("" + i)));
        stream.complete();
        assertThat(awaitClosed()).isEqualTo(CloseReason.ENDED);
        assertThat(data(sink))
                .isEqualTo(
                        IntStream.range(0, 500).mapToObj(i -> (Object) ("" + i)).toList());
        assertThat(sink.closings()).isEqualTo(1);
        assertThat(sink.mostInside()).isEqualTo(1);
    }

    @Test
    void theNextIsSentOnlyWhenTheStageOfTheOneBeforeIsComplete() {
        List<CompletableFuture<Object>> stages =
                IntStream.range(0, 3).mapToObj(i -> new CompletableFuture<>()).toList();
        FakeSink sink = new FakeSink(number -> stages.get(number - 1));
        PrivateStream stream = open(sink);
        IntStream.range(0, 3).forEach(i -> stream.offer(Event.of("" + i)));
        stream.complete();
        for (int i = 0; i < 3; i++) {
            awaitSent(sink, i + 1);
            assertThat(sink.closings()).isZero();
            stages.get(i).complete(null);
        }
        assertThat(awaitClosed()).isEqualTo(CloseReason.ENDED);
        assertThat(data(sink)).containsExactly("0", "1", "2");
    }

    /** Jersey keeps what comes before its resource method has returned, says that it was sent, and writes it later. */
    @Test
    void whatJerseyKeepsIsAwaitedAndNotSentAgain() throws IOException {
        FakeSink sink = FakeSink.taking();
        PrivateStream stream = PrivateStream.open(
                loops,
                new SinkOutlet(sink, pool, EncodedEvents.Style.JERSEY),
                List.of(EventEncoder.encode(Event.of("1")), EventEncoder.encode(Event.of("2"))),
                Reader.UNKNOWN,
                pool,
                () -> {},
                closed::complete);
        awaitSent(sink, 1);
        stream.offer(Event.of("3"));
        stream.complete();
        assertThat(closed).isNotDone();

        ByteArrayOutputStream written = new ByteArrayOutputStream();
        for (int i = 0; !closed.isDone() && i < sink.sent().size(); i++) {
            ((EncodedEvents) sink.sent().get(i)).writeTo(written);
            written.write('\n');
            int next = i + 2;
            await().until(() -> closed.isDone() || sink.sent().size() == next);
        }

        assertThat(awaitClosed()).isEqualTo(CloseReason.ENDED);
        assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("data: 1\n\ndata: 2\n\ndata: 3\n\n");
    }

    @Test
    void aWriteOfJerseysThatFailsEndsTheStream() {
        FakeSink sink = FakeSink.taking();
        PrivateStream.open(
                loops,
                new SinkOutlet(sink, pool, EncodedEvents.Style.JERSEY),
                List.of(EventEncoder.encode(Event.of("1"))),
                Reader.UNKNOWN,
                pool,
                () -> {},
                closed::complete);
        awaitSent(sink, 1);

        assertThatThrownBy(() -> ((EncodedEvents) sink.sent().get(0)).writeTo(new ClosedStream()))
                .isInstanceOf(IOException.class);

        assertThat(awaitClosed()).isEqualTo(CloseReason.LEFT);
    }

    private static final class ClosedStream extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            throw new IOException("told to fail");
        }
    }

    @Test
    void aStageThatFailsLateEndsTheStream() {
        CompletableFuture<Object> stage = new CompletableFuture<>();
        FakeSink sink = new FakeSink(number -> stage);
        open(sink).offer(Event.of("1"));
        awaitSent(sink, 1);
        stage.completeExceptionally(new IllegalStateException("told to fail"));
        assertThat(awaitClosed()).isEqualTo(CloseReason.LEFT);
        assertThat(sink.closings()).isEqualTo(1);
    }

    @Test
    void aStageThatHasFailedEndsTheStream() {
        FakeSink sink = new FakeSink(number -> CompletableFuture.failedFuture(new IllegalStateException("told to")));
        open(sink).offer(Event.of("1"));
        assertThat(awaitClosed()).isEqualTo(CloseReason.LEFT);
        assertThat(sink.closings()).isEqualTo(1);
    }

    @Test
    void aSendThatThrowsEndsTheStream() {
        FakeSink sink = new FakeSink(number -> {
            throw new IllegalStateException("told to fail");
        });
        open(sink).offer(Event.of("1"));
        assertThat(awaitClosed()).isEqualTo(CloseReason.LEFT);
        assertThat(sink.closings()).isEqualTo(1);
    }

    @Test
    void aSendThatThrowsAnErrorEndsTheStreamToo() {
        FakeSink sink = new FakeSink(number -> {
            throw new NoClassDefFoundError("told to fail");
        });
        open(sink).offer(Event.of("1"));
        assertThat(awaitClosed()).isEqualTo(CloseReason.LEFT);
        assertThat(sink.closings()).isEqualTo(1);
    }

    @Test
    void aStageThatNeverCompletesEndsTheStreamAfterTheWriteTimeout() {
        CompletableFuture<Object> never = new CompletableFuture<>();
        FakeSink sink = new FakeSink(number -> never);
        PrivateStream stream = open(sink);
        stream.offer(Event.of("1"));
        stream.offer(Event.of("2"));
        awaitSent(sink, 1);
        await().until(() -> {
            ticker.advance(Duration.ofSeconds(1));
            return closed.isDone();
        });
        assertThat(awaitClosed()).isEqualTo(CloseReason.STALLED);
        await().until(() -> sink.closings() == 1);
        never.complete(null);
        pool.close();
        assertThat(sink.sent()).hasSize(1);
        assertThat(sink.closings()).isEqualTo(1);
    }

    @Test
    void aSendThatGoesOnBlockingIsInterruptedUntilItIsOut() throws InterruptedException {
        CountDownLatch blocking = new CountDownLatch(1);
        AtomicInteger interrupts = new AtomicInteger();
        FakeSink sink = new FakeSink(number -> {
            blocking.countDown();
            while (interrupts.get() < 3) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupts.incrementAndGet();
                }
            }
            throw new IllegalStateException("interrupted");
        });
        SinkOutlet outlet = new SinkOutlet(sink, pool);
        outlet.write(Batch.of(EventEncoder.HEARTBEAT), 0);
        assertThat(blocking.await(60, TimeUnit.SECONDS)).isTrue();
        outlet.abort();
        await().until(() -> sink.closings() == 1);
        assertThat(sink.mostInside()).isEqualTo(1);
    }

    @Test
    void anAbortByTheOneWhoIsToldOfRoomClosesTheSink() {
        CompletableFuture<Object> stage = new CompletableFuture<>();
        FakeSink sink = new FakeSink(number -> stage);
        SinkOutlet outlet = new SinkOutlet(sink, pool);
        outlet.open(
                new Outlet.Listener() {
                    @Override
                    public void writable() {
                        outlet.abort();
                    }

                    @Override
                    public void closed(CloseReason reason) {
                        closed.complete(reason);
                    }
                },
                null);
        outlet.write(Batch.of(EventEncoder.HEARTBEAT), 0);
        outlet.write(Batch.of(EventEncoder.HEARTBEAT), 0);
        stage.complete(null);
        assertThat(awaitClosed()).isEqualTo(CloseReason.LEFT);
        assertThat(sink.closings()).isEqualTo(1);
    }

    /** Whatever an abort meets, a send about to begin, under way, or just over: the sink is closed, once, by one thread. */
    @Test
    void anAbortAtAnyMomentClosesTheSinkOnceAndInterruptsNobodyElse() {
        AtomicBoolean strayInterrupt = new AtomicBoolean();
        for (int round = 0; round < 2000; round++) {
            FakeSink sink = FakeSink.taking();
            AtomicReference<SinkOutlet> outlet = new AtomicReference<>(new SinkOutlet(sink, pool));
            outlet.get()
                    .open(
                            new Outlet.Listener() {
                                @Override
                                public void writable() {
                                    outlet.get().write(Batch.of(EventEncoder.HEARTBEAT), 0);
                                }

                                @Override
                                public void closed(CloseReason reason) {}
                            },
                            null);
            outlet.get().write(Batch.of(EventEncoder.HEARTBEAT), 0);
            outlet.get().write(Batch.of(EventEncoder.HEARTBEAT), 0);
            for (int spin = round % 200; spin > 0; spin--) {
                Thread.onSpinWait();
            }
            outlet.get().abort();
            await().pollInterval(Duration.ofMillis(1)).until(() -> sink.closings() == 1);
            pool.execute(() -> strayInterrupt.compareAndSet(false, Thread.interrupted()));
        }
        assertThat(strayInterrupt).isFalse();
    }

    @Test
    void closingInSeveralWaysClosesTheSinkOnce() {
        FakeSink sink = FakeSink.taking();
        SinkOutlet outlet = new SinkOutlet(sink, pool);
        outlet.finish();
        outlet.finish();
        outlet.abort();
        outlet.abort();
        await().until(() -> sink.closings() > 0);
        pool.close();
        assertThat(sink.closings()).isEqualTo(1);
    }

    @Test
    void bytesCountAsPendingUntilTheirStageIsComplete() {
        CompletableFuture<Object> stage = new CompletableFuture<>();
        FakeSink sink = new FakeSink(number -> stage);
        SinkOutlet outlet = new SinkOutlet(sink, pool);
        assertThat(outlet.write(Batch.of(EventEncoder.HEARTBEAT), 0)).isEqualTo(1);
        awaitSent(sink, 1);
        assertThat(outlet.write(Batch.of(EventEncoder.HEARTBEAT), 0)).isZero();
        assertThat(outlet.pendingBytes()).isEqualTo(2);
        assertThat(outlet.acceptedBytes()).isZero();
        stage.complete(null);
        await().until(() -> outlet.acceptedBytes() == 2);
        assertThat(outlet.pendingBytes()).isZero();
    }

    @Test
    void aSinkThatWritesFieldsItselfIsGivenThem() {
        FakeSink sink = FakeSink.taking();
        PrivateStream stream = open(sink);
        stream.offer(Event.builder()
                .id("7")
                .type("t")
                .data("a\n\nb: c")
                .comment("x\ny")
                .retry(Duration.ofSeconds(2))
                .build());
        stream.offer(Event.builder().data(null).comment("only").build());
        stream.offer(Event.builder().data("").build());
        awaitSent(sink, 3);
        OutboundSseEvent full = sink.sent().get(0);
        assertThat(full.getId()).isEqualTo("7");
        assertThat(full.getName()).isEqualTo("t");
        assertThat(full.getData()).isEqualTo("a\n\nb: c");
        assertThat(full.getComment()).isEqualTo("x\ny");
        assertThat(full.isReconnectDelaySet()).isTrue();
        assertThat(full.getReconnectDelay()).isEqualTo(2000);
        assertThat(sink.sent().get(1).getData()).isNull();
        assertThat(sink.sent().get(1).getComment()).isEqualTo("only");
        assertThat(sink.sent().get(2).getData()).isEqualTo("");
        assertThat(sink.sent().get(2).isReconnectDelaySet()).isFalse();
    }

    /** So that `CompletionStage` is all that is asked of a container. */
    @Test
    void aStageNeedNotBeACompletableFuture() {
        CompletionStage<Object> stage = CompletableFuture.completedStage(null);
        FakeSink sink = new FakeSink(number -> stage);
        PrivateStream stream = open(sink);
        stream.offer(Event.of("1"));
        stream.offer(Event.of("2"));
        awaitSent(sink, 2);
    }
}
