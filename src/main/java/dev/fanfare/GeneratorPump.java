package dev.fanfare;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.event.Event;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.PrivateStream;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.Ticker;
import dev.fanfare.stream.WriterLoops;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/*
 * Goes round, one step at a time; `asking` sees to it that there is one round only:
 *
 *   the client took all (demand) -> pause, but for the first event -> generator.next() in the pool -> offer -> demand ...
 *
 * A demand may be a late word of the time before the last offer, so the queue is looked at. Offering and the end of `asking`
 * are one step, else another round could overtake this one's event.
 */
/** Asks a generator for its next event each time that the client has taken the one before. Thread-safe. */
final class GeneratorPump {
    private static final System.Logger LOG = System.getLogger(GeneratorPump.class.getName());

    private final EventGenerator generator;
    private final Executor pool;
    private final Ticker ticker;

    @GuardedBy("this")
    private @Nullable PrivateStream stream;

    @GuardedBy("this")
    private Ticker.@Nullable Alarm alarm;

    @GuardedBy("this")
    private boolean asking;

    @GuardedBy("this")
    private boolean demanded;

    @GuardedBy("this")
    private Duration pause = Duration.ZERO;

    @GuardedBy("this")
    private boolean closed;

    private GeneratorPump(EventGenerator generator, Executor pool, Ticker ticker) {
        this.generator = generator;
        this.pool = pool;
        this.ticker = ticker;
    }

    static void start(WriterLoops loops, Outlet outlet, Reader reader, EventGenerator generator, Executor pool) {
        GeneratorPump pump = new GeneratorPump(generator, pool, loops.ticker());
        PrivateStream opened =
                PrivateStream.open(loops, outlet, List.of(loops.opening()), reader, pool, pump::demand, pump::closed);
        pump.opened(opened);
    }

    private synchronized void opened(PrivateStream opened) {
        stream = opened;
        if (demanded) {
            demand();
        }
    }

    /** The client could take more; called by a writer loop. */
    private synchronized void demand() {
        demanded = true;
        if (asking || closed || stream == null || stream.hasWaiting()) {
            return;
        }
        asking = true;
        if (pause.isZero()) {
            pool.execute(this::ask);
        } else {
            alarm = ticker.schedule(pause, () -> pool.execute(this::ask));
        }
    }

    private void ask() {
        PrivateStream target;
        synchronized (this) {
            target = stream;
            if (closed || target == null) {
                return;
            }
        }
        try {
            generator.next().thenAccept(event -> answered(target, event)).whenComplete((done, error) -> {
                if (error != null) {
                    failed(target, error);
                }
            });
        } catch (RuntimeException | Error e) {
            failed(target, e);
        }
    }

    private void failed(PrivateStream target, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        LOG.log(
                isClosed() ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR,
                "A generator failed; its stream is cut off",
                cause);
        target.cutOff();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void answered(PrivateStream target, Optional<Event> event) {
        if (event.isEmpty()) {
            target.complete();
            return;
        }
        Duration next = generator.pause();
        synchronized (this) {
            pause = next;
            asking = false;
            target.add(event.get());
        }
    }

    private void closed(CloseReason reason) {
        synchronized (this) {
            closed = true;
            if (alarm != null) {
                alarm.cancel();
            }
        }
        pool.execute(generator::closed);
    }
}
