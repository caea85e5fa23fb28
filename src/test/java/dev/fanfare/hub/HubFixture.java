package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.MemoryHistory;
import dev.fanfare.log.History;
import dev.fanfare.log.LogMode;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.Loops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.tracing.EventTraces;
import dev.fanfare.tracing.Tracing;
import dev.fanfare.wire.EventEncoder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Writer loops, their time and a hub, for one test. */
public final class HubFixture implements AutoCloseable {
    public static final Reader BROWSER = new Reader(true, null, null);

    public static final StreamSettings SETTINGS = StreamSettings.DEFAULTS;
    public static final HistorySettings ROOMY = new HistorySettings(1_000_000, Duration.ofDays(1), 1L << 30, 100_000);

    public final HookedTicker ticker = new HookedTicker();
    public final WriterLoops loops;
    public final History history;
    public final Hub hub;

    private HubFixture(
            StreamSettings settings, int count, History history, LogMode mode, int tailEvents, Tracing tracing) {
        this.loops = new WriterLoops(settings, ticker, count);
        this.history = history;
        this.hub = new Hub(
                history,
                loops,
                HubSettings.of(mode, tailEvents, settings.tailBytes()).replayMax(1000),
                tracing == Tracing.NONE ? null : new EventTraces(tracing, ticker, Runnable::run));
    }

    /** A hub that clients resume from, with one loop and a tail of 65,536 events. */
    public static HubFixture resumable() {
        return of(SETTINGS, 1, memory(), LogMode.RESUMABLE, 65_536);
    }

    public static HubFixture of(StreamSettings settings, int loops, History history, LogMode mode, int tailEvents) {
        return traced(settings, loops, history, mode, tailEvents, Tracing.NONE);
    }

    public static HubFixture traced(
            StreamSettings settings, int loops, History history, LogMode mode, int tailEvents, Tracing tracing) {
        return new HubFixture(settings, loops, history, mode, tailEvents, tracing);
    }

    public static MemoryHistory memory() {
        return new MemoryHistory(ROOMY, new ManualTicker());
    }

    public static MemoryHistory memory(int maxEvents) {
        return new MemoryHistory(
                new HistorySettings(maxEvents, Duration.ofDays(1), 1L << 30, 100_000), new ManualTicker());
    }

    public static Event event(String data, String... topics) {
        Event.Builder event = Event.builder().data(data);
        Arrays.stream(topics).forEach(event::topic);
        return event.build();
    }

    public EventId publish(String data, String... topics) {
        return publish(event(data, topics));
    }

    public EventId publish(Event event) {
        return join(hub.publish(event));
    }

    public void publishNumbered(int from, int to, String topic) {
        for (int i = from; i <= to; i++) {
            publish("" + i, topic);
        }
    }

    public static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** A client that gets what is published from now on. */
    public Client join(String... selectors) {
        return join(new Client(), ResumePoint.NOW, Rights.PUBLIC_ONLY, selectors);
    }

    /** A client that gets what follows a position. */
    public Client joinAfter(long position, String... selectors) {
        return join(new Client(), ResumePoint.after(position), Rights.PUBLIC_ONLY, selectors);
    }

    /** A client that comes again with an id. */
    public Client resume(String lastEventId, String... selectors) {
        return join(new Client(), join(hub.locate(lastEventId)), Rights.PUBLIC_ONLY, selectors);
    }

    public Client join(Client client, ResumePoint start, Rights rights, String... selectors) {
        return join(client, BROWSER, start, rights, selectors);
    }

    /** A client of some program; those of the shorter forms are browsers. */
    public Client join(Client client, Reader reader, ResumePoint start, Rights rights, String... selectors) {
        hub.subscribe(
                client::outlet,
                JoinRequest.to(Arrays.stream(selectors).map(Selector::parse).toList())
                        .from(start)
                        .with(rights)
                        .reader(reader)
                        .opening(List.of(EventEncoder.opening(loops.settings().retry()))),
                client::closed);
        return client;
    }

    /** Waits until the loops have done all that there was to do, also what that led to. */
    public void settle() {
        Loops.settle(loops);
    }

    /** Lets time pass, a tick of the loops after the other. */
    public void pass(Duration time) {
        Duration step = Duration.ofMillis(500);
        for (Duration left = time; !left.isNegative() && !left.isZero(); left = left.minus(step)) {
            ticker.advance(left.compareTo(step) < 0 ? left : step);
            settle();
        }
    }

    /** Keeps a loop from doing anything until the latch is counted down. */
    public CountDownLatch hold(int loop) {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        loops.loop(loop).execute(() -> {
            held.countDown();
            await(go);
        });
        await(held);
        return go;
    }

    public static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        loops.close();
        history.close();
    }
}
