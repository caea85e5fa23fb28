package dev.fanfare;

import dev.fanfare.event.Event;
import dev.fanfare.hub.CloseReason;
import dev.fanfare.hub.Outlet;
import dev.fanfare.hub.PrivateStream;
import dev.fanfare.hub.Ticker;
import dev.fanfare.hub.WriterLoops;
import dev.fanfare.wire.EventEncoder;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/*
 * Goes round, one step at a time; `asking` sees to it that there is one round only:
 *
 *   the client took all (demand) -> pause, but for the first event -> generator.next() in the pool -> offer -> demand ...
 */
/** Asks a generator for its next event each time that the client has taken the one before. Thread-safe. */
final class GeneratorPump {
    private static final System.Logger LOG = System.getLogger(GeneratorPump.class.getName());

    private final EventGenerator generator;
    private final Executor pool;
    private final Ticker ticker;

    // Guarded by this.
    private @Nullable PrivateStream stream;
    private Ticker.@Nullable Alarm alarm;
    private boolean asking;
    private boolean demanded;
    private boolean began;
    private boolean closed;

    private GeneratorPump(EventGenerator generator, Executor pool, Ticker ticker) {
        this.generator = generator;
        this.pool = pool;
        this.ticker = ticker;
    }

    static void start(WriterLoops loops, Outlet outlet, EventGenerator generator, Executor pool) {
        GeneratorPump pump = new GeneratorPump(generator, pool, loops.ticker());
        PrivateStream opened = PrivateStream.open(
                loops, outlet, List.of(EventEncoder.opening(loops.settings().retry())), pump::demand, pump::closed);
        pump.opened(opened);
    }

    private void opened(PrivateStream opened) {
        synchronized (this) {
            stream = opened;
        }
        demandAgain();
    }

    /** The client could take more; called by a writer loop. */
    private synchronized void demand() {
        if (asking || closed || stream == null) {
            demanded = true;
            return;
        }
        asking = true;
        demanded = false;
        if (began && !generator.pause().isZero()) {
            alarm = ticker.schedule(generator.pause(), () -> pool.execute(this::ask));
        } else {
            began = true;
            pool.execute(this::ask);
        }
    }

    private void demandAgain() {
        boolean again;
        synchronized (this) {
            again = demanded;
        }
        if (again) {
            demand();
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
            generator.next().whenComplete((event, error) -> {
                if (error != null) {
                    failed(target, error);
                } else {
                    answered(target, event);
                }
            });
        } catch (RuntimeException e) {
            failed(target, e);
        }
    }

    private static void failed(PrivateStream target, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        LOG.log(System.Logger.Level.ERROR, "A generator failed; its stream is cut off", cause);
        target.cutOff();
    }

    private void answered(PrivateStream target, Optional<Event> event) {
        if (event.isEmpty()) {
            target.complete();
            return;
        }
        synchronized (this) {
            asking = false;
        }
        target.offer(event.get());
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
