package dev.fanfare.sink;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.stream.Batch;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.wire.Frame;
import jakarta.ws.rs.sse.SseEventSink;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/*
 * One batch is on its way at a time:
 *
 *   IDLE --write()--> SENDING --all sent--> IDLE, and writable() if something was refused meanwhile
 *                        |--finish()------> closes the sink when all is sent
 *                        '--abort()-------> interrupts the sender, which then closes the sink
 *
 * send() may block (Jersey, Liberty) or queue without bound (RESTEasy), so it runs in a pool and each stage is awaited.
 * close() may block as well. When the pool is full of threads that block, it has those that have for longest aborted. Only one thread is in the sink at a time, `inside`; after an abort it is interrupted until it is
 * out, since a container that handles the first interrupt may block again (Jersey flushes what failed once more).
 *
 * A batch is small, since what is on its way counts as accepted only when all of it is.
 */
/** The outlet over any {@link SseEventSink}, for containers that offer nothing better. */
final class SinkOutlet implements Outlet {
    private static final System.Logger LOG = System.getLogger(SinkOutlet.class.getName());
    private static final int SEND_BYTES = 16 * 1024;
    private static final int INTERRUPT_EVERY_MS = 20;
    private static final int INTERRUPT_EVERY_MS_AT_MOST = 500;
    private static final int MOST_INTERRUPTS = 100;

    private final SseEventSink sink;
    private final BlockingPool pool;
    private final EncodedEvents.Style style;
    private final EventSender sender;

    @GuardedBy("this")
    private @Nullable Listener listener;

    @GuardedBy("this")
    private @Nullable Thread inside;

    @GuardedBy("this")
    private boolean sending;

    @GuardedBy("this")
    private boolean refused;

    @GuardedBy("this")
    private boolean finishing;

    @GuardedBy("this")
    private boolean aborted;

    @GuardedBy("this")
    private boolean closing;

    @GuardedBy("this")
    private boolean closed;

    @GuardedBy("this")
    private long pending;

    @GuardedBy("this")
    private long accepted;

    SinkOutlet(SseEventSink sink, BlockingPool pool) {
        this(sink, pool, EncodedEvents.Style.of(sink));
    }

    SinkOutlet(SseEventSink sink, BlockingPool pool, EncodedEvents.Style style) {
        this(sink, pool, style, sink::send);
    }

    /** @param sender takes what is sent in place of the sink, which is closed in the end */
    SinkOutlet(SseEventSink sink, BlockingPool pool, EncodedEvents.Style style, EventSender sender) {
        this.sink = sink;
        this.pool = pool;
        this.style = style;
        this.sender = sender;
    }

    @Override
    public Kind kind() {
        return Kind.SINK;
    }

    @Override
    public synchronized void open(Listener newListener, Selector selector) {
        listener = newListener;
    }

    @Override
    public synchronized int write(Batch batch, int from) {
        if (sending || finishing || aborted) {
            refused = true;
            return 0;
        }
        List<Frame> frames = new ArrayList<>();
        long bytes = 0;
        for (int i = from; i < batch.size() && bytes < SEND_BYTES; i++) {
            frames.add(batch.frame(i));
            bytes += batch.frame(i).payloadBytes();
        }
        pending += bytes;
        refused = frames.size() < batch.size() - from;
        sending = true;
        inPool(() -> send(frames, 0));
        return frames.size();
    }

    /** Sends the frames from {@code index} on; goes on in another task where a stage is not done at once. */
    private void send(List<Frame> frames, int index) {
        int i = index;
        try {
            while (i < frames.size() && begin()) {
                EncodedEvents event = EncodedEvents.of(frames, i, style);
                CompletableFuture<?> stage = send(event);
                if (!stage.isDone()) {
                    sendLater(stage, event, frames, i);
                    return;
                }
                stage.join();
                sent(event.sentBytes());
                i += event.sentFrames();
            }
            allSent();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private void sendLater(CompletionStage<?> stage, EncodedEvents event, List<Frame> frames, int index) {
        stage.whenComplete((done, error) -> {
            if (error != null) {
                failed(error);
            } else {
                sent(event.sentBytes());
                inPool(() -> send(frames, index + event.sentFrames()));
            }
        });
    }

    private CompletableFuture<?> send(EncodedEvents event) {
        try {
            CompletableFuture<?> stage = sender.send(event).toCompletableFuture();
            CompletableFuture<Void> handled = event.handled();
            return handled.isDone() ? stage : stage.thenCompose(sent -> handled);
        } finally {
            if (!end()) {
                closeSink();
            }
        }
    }

    /** Whether a call of the sink may begin; if so, {@link #end} follows. */
    private synchronized boolean begin() {
        if (!aborted) {
            inside = Thread.currentThread();
        }
        return !aborted;
    }

    /** Whether the stream goes on. An interrupt that came too late must not hit what the thread does next. */
    private synchronized boolean end() {
        inside = null;
        Thread.interrupted();
        return !aborted;
    }

    /** An abort may have closed the sink since, and nothing is pending then. */
    private synchronized void sent(long bytes) {
        accepted += bytes;
        if (!closed) {
            pending -= bytes;
        }
    }

    private void allSent() {
        boolean close;
        boolean room;
        Listener told;
        synchronized (this) {
            sending = false;
            close = finishing || aborted;
            room = refused && !close;
            refused = false;
            told = listener;
        }
        if (close) {
            closeSink();
        } else if (room && told != null) {
            told.writable();
        }
    }

    /** The sink is of no more use: its client is gone, or the container closed it. */
    private void failed(Throwable error) {
        LOG.log(System.Logger.Level.DEBUG, "A client's sink failed", error);
        closeSink();
    }

    @Override
    public synchronized long pendingBytes() {
        return pending;
    }

    @Override
    public synchronized long acceptedBytes() {
        return accepted;
    }

    @Override
    public synchronized void finish() {
        if (finishing || aborted) {
            return;
        }
        finishing = true;
        if (!sending) {
            inPool(this::closeSink);
        }
    }

    @Override
    public synchronized void abort() {
        if (aborted || closed) {
            return;
        }
        aborted = true;
        if (inside == null) {
            inPool(this::closeSink);
        }
        pool.nudge(new Interrupts(), INTERRUPT_EVERY_MS);
    }

    /** On a busy machine the thread may come late to where it blocks, so this goes on for some time, less and less often. */
    private final class Interrupts implements InterruptRetries.Nudge {
        private int left = MOST_INTERRUPTS;
        private int pauseMs = INTERRUPT_EVERY_MS;

        @Override
        public int nudge() {
            synchronized (SinkOutlet.this) {
                if (closed || left == 0) {
                    return DONE;
                }
                if (inside != null) {
                    inside.interrupt();
                }
            }
            left--;
            pauseMs = Math.min(pauseMs + pauseMs / 8, INTERRUPT_EVERY_MS_AT_MOST);
            return pauseMs;
        }
    }

    private void inPool(Runnable step) {
        pool.execute(new Step(this, step));
    }

    /** All that may block is done in these. */
    private record Step(SinkOutlet outlet, Runnable step) implements BlockingPool.Yielding {
        @Override
        public void run() {
            step.run();
        }

        @Override
        public void giveWay() {
            outlet.giveWay();
        }
    }

    /** The pool is full of those that take nothing, and this client is the one that has for longest. */
    private void giveWay() {
        Listener told;
        synchronized (this) {
            if (inside == null) {
                return;
            }
            told = listener;
        }
        if (told != null) {
            told.closed(CloseReason.STALLED);
        }
        abort();
    }

    private void closeSink() {
        Listener told;
        boolean ended;
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
            inside = Thread.currentThread();
            told = listener;
            ended = finishing && !aborted;
        }
        try {
            sink.close();
        } catch (Exception e) { // IOException in Jakarta REST 4.0, undeclared in 3.1
            LOG.log(System.Logger.Level.DEBUG, "A sink did not close in good order", e);
        } finally {
            closed();
        }
        if (told != null) {
            told.closed(ended ? CloseReason.ENDED : CloseReason.LEFT);
        }
    }

    private synchronized void closed() {
        inside = null;
        Thread.interrupted();
        closed = true;
        pending = 0;
    }
}
