package dev.fanfare.rest;

import dev.fanfare.hub.Batch;
import dev.fanfare.hub.CloseReason;
import dev.fanfare.hub.Outlet;
import dev.fanfare.wire.Frame;
import jakarta.ws.rs.sse.SseEventSink;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/*
 * One batch is on its way at a time:
 *
 *   IDLE --write()--> SENDING --all sent--> IDLE, and writable() if something was refused meanwhile
 *                        |--finish()------> closes the sink when all is sent
 *                        '--abort()-------> interrupts the sender, then closes the sink
 *
 * send() may block (Jersey, Liberty) or queue without bound (RESTEasy), so it runs in a pool and each stage is awaited.
 */
/** The outlet over any {@link SseEventSink}, for containers that offer nothing better. */
final class SinkOutlet implements Outlet {
    private static final System.Logger LOG = System.getLogger(SinkOutlet.class.getName());

    private final SseEventSink sink;
    private final Executor pool;
    private final boolean jersey;

    // Guarded by this.
    private @Nullable Listener listener;
    private @Nullable Thread sender;
    private boolean sending;
    private boolean refused;
    private boolean finishing;
    private boolean aborted;
    private boolean sinkClosed;
    private long pending;
    private long accepted;

    SinkOutlet(SseEventSink sink, Executor pool) {
        this.sink = sink;
        this.pool = pool;
        this.jersey = sink.getClass().getName().startsWith("org.glassfish.jersey.");
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
        List<Frame> frames = new ArrayList<>(batch.size() - from);
        for (int i = from; i < batch.size(); i++) {
            frames.add(batch.frame(i));
            pending += batch.frame(i).payloadBytes();
        }
        sending = true;
        pool.execute(() -> send(frames, 0));
        return frames.size();
    }

    /** Sends the frames from {@code index} on; goes on in the thread that completes a stage where one is not done. */
    private void send(List<Frame> frames, int index) {
        int i = index;
        try {
            while (i < frames.size()) {
                if (!begin()) {
                    closeSink();
                    return;
                }
                EncodedEvents event = EncodedEvents.of(frames, i, jersey);
                CompletionStage<?> stage = sink.send(event);
                i += event.sentFrames();
                int next = i;
                long bytes = event.sentBytes();
                if (stage.toCompletableFuture().isDone()) {
                    stage.toCompletableFuture().join();
                    sent(bytes);
                } else {
                    stage.whenComplete((done, error) -> {
                        if (error != null) {
                            failed(error);
                        } else {
                            sent(bytes);
                            pool.execute(() -> send(frames, next));
                        }
                    });
                    return;
                }
            }
            allSent();
        } catch (RuntimeException e) {
            failed(e);
        } finally {
            end();
        }
    }

    private synchronized boolean begin() {
        sender = Thread.currentThread();
        return !aborted;
    }

    /** An interrupt that came too late must not hit the thread's next task. */
    private synchronized void end() {
        sender = null;
        Thread.interrupted();
    }

    private synchronized void sent(long bytes) {
        pending -= bytes;
        accepted += bytes;
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
            pool.execute(this::closeSink);
        }
    }

    @Override
    public synchronized void abort() {
        if (aborted || sinkClosed) {
            return;
        }
        aborted = true;
        if (sender != null) {
            sender.interrupt();
        } else {
            pool.execute(this::closeSink);
        }
    }

    private void closeSink() {
        Listener told;
        boolean ended;
        synchronized (this) {
            if (sinkClosed) {
                return;
            }
            sinkClosed = true;
            pending = 0;
            told = listener;
            ended = finishing;
        }
        try {
            sink.close();
        } catch (Exception e) { // IOException in Jakarta REST 4.0, undeclared in 3.1
            LOG.log(System.Logger.Level.DEBUG, "A sink did not close in good order", e);
        }
        if (told != null) {
            told.closed(ended ? CloseReason.ENDED : CloseReason.LEFT);
        }
    }
}
