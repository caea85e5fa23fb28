package dev.fanfare.stream;

import dev.fanfare.event.Event;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The stream of one client that gets events made for it alone. What is offered waits in a queue bounded by number and by
 * bytes until the client takes it. {@link #offer} and {@link #complete} may be called from any thread; neither blocks.
 */
public final class PrivateStream {
    /** Most events that wait for the client. */
    public static final int MAX_EVENTS = 1024;
    /** Most bytes that wait for the client; a single event may be larger. */
    public static final long MAX_BYTES = 1L << 20;

    private record Waiting(Frame frame, CompletableFuture<Void> taken) {}

    private final Client client;
    private final Runnable onDemand;

    // Guarded by this.
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>(2);
    private long bytes;
    private boolean completed;
    private boolean closed;

    private PrivateStream(
            WriterLoops loops,
            Outlet outlet,
            List<Frame> opening,
            Reader reader,
            Runnable onDemand,
            Consumer<CloseReason> onClose) {
        this.onDemand = onDemand;
        this.client = new Client(loops, loops.loop(loops.pick()), outlet, opening, reader, onClose);
    }

    /** Opens a stream for a reader of which nothing is known; else like the longer form. */
    public static PrivateStream open(
            WriterLoops loops, Outlet outlet, List<Frame> opening, Runnable onDemand, Consumer<CloseReason> onClose) {
        return open(loops, outlet, opening, Reader.UNKNOWN, onDemand, onClose);
    }

    /**
     * Opens a stream.
     *
     * @param opening what is written before all else
     * @param reader what the client wants of its heartbeats
     * @param onDemand called in a writer loop each time that the client has taken all and could take more; must not block
     * @param onClose called once, in a writer loop, when the stream has ended; must not block
     * @throws IllegalStateException if the service is closed
     */
    public static PrivateStream open(
            WriterLoops loops,
            Outlet outlet,
            List<Frame> opening,
            Reader reader,
            Runnable onDemand,
            Consumer<CloseReason> onClose) {
        PrivateStream stream = new PrivateStream(loops, outlet, opening, reader, onDemand, onClose);
        stream.client.start();
        return stream;
    }

    /**
     * Adds an event to the stream.
     *
     * @return completes once the outlet has taken the event; completes exceptionally with {@link StreamFull} if too much
     *     waits already, and with {@link StreamClosed} if the stream is over
     */
    public CompletionStage<Void> offer(Event event) {
        Frame frame = EventEncoder.encode(event);
        CompletableFuture<Void> taken = new CompletableFuture<>();
        synchronized (this) {
            if (closed || completed) {
                return CompletableFuture.failedStage(new StreamClosed());
            }
            if (!queue.isEmpty() && (queue.size() >= MAX_EVENTS || bytes + frame.payloadBytes() > MAX_BYTES)) {
                return CompletableFuture.failedStage(new StreamFull(queue.size(), bytes));
            }
            queue.add(new Waiting(frame, taken));
            bytes += frame.payloadBytes();
        }
        client.loop.execute(client::drain);
        return taken;
    }

    /** Ends the stream once the client has taken what was offered. */
    public void complete() {
        synchronized (this) {
            completed = true;
        }
        client.loop.execute(client::drain);
    }

    /** Closes the stream at once, so that the client sees that something was cut off. */
    public void cutOff() {
        client.loop.execute(() -> client.close(CloseReason.FAILED));
    }

    private synchronized @Nullable Batch waiting() {
        if (queue.isEmpty()) {
            return null;
        }
        Batch.Builder builder = new Batch.Builder(0);
        for (Waiting event : queue) {
            if (builder.isFull()) {
                break;
            }
            builder.add(event.frame());
        }
        return builder.build();
    }

    private void took(int count) {
        List<Waiting> done = new ArrayList<>(count);
        synchronized (this) {
            for (int i = 0; i < count; i++) {
                Waiting event = queue.remove();
                bytes -= event.frame().payloadBytes();
                done.add(event);
            }
        }
        if (!done.isEmpty()) {
            ForkJoinPool.commonPool()
                    .execute(() -> done.forEach(event -> event.taken().complete(null)));
        }
    }

    private void released() {
        List<Waiting> lost;
        synchronized (this) {
            closed = true;
            lost = new ArrayList<>(queue);
            queue.clear();
            bytes = 0;
        }
        if (!lost.isEmpty()) {
            ForkJoinPool.commonPool()
                    .execute(() -> lost.forEach(event -> event.taken().completeExceptionally(new StreamClosed())));
        }
    }

    /** Whether the client has not taken all that was offered. */
    public synchronized boolean hasWaiting() {
        return !queue.isEmpty();
    }

    private synchronized boolean isCompleted() {
        return completed;
    }

    /** Something may have been offered, and the end announced, since the client last found nothing waiting. */
    private synchronized boolean isExhausted() {
        return completed && queue.isEmpty();
    }

    /** The side that the writer loop sees. */
    private final class Client extends ClientStream {
        Client(
                WriterLoops loops,
                WriterLoop loop,
                Outlet outlet,
                List<Frame> opening,
                Reader reader,
                Consumer<CloseReason> onClose) {
            super(loops, loop, outlet, opening, reader.heartbeat(), null, null, onClose);
        }

        @Override
        protected StreamKind kind() {
            return StreamKind.SINGLE;
        }

        @Override
        @Nullable
        protected Batch next() {
            Batch batch = waiting();
            if (batch == null && !isCompleted()) {
                onDemand.run();
            }
            return batch;
        }

        @Override
        protected void advance(Batch batch, int taken) {
            took(taken);
        }

        @Override
        protected boolean isComplete() {
            return isExhausted();
        }

        @Override
        protected void released(CloseReason reason) {
            PrivateStream.this.released();
        }
    }
}
