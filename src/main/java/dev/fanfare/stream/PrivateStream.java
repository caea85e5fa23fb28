package dev.fanfare.stream;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.event.Event;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The stream of one client that gets events made for it alone. What is offered waits in a queue bounded by number and by
 * bytes until the client takes it. {@link #offer}, {@link #add} and {@link #complete} may be called from any thread; none
 * blocks.
 */
public final class PrivateStream {
    /** Most events that wait for the client. */
    public static final int MAX_EVENTS = 1024;
    /** Most bytes that wait for the client; a single event may be larger. */
    public static final long MAX_BYTES = 1L << 20;

    /** An event that waits; {@code taken} is null where nobody asks. */
    private record Waiting(Frame frame, @Nullable CompletableFuture<Void> taken) {}

    private final ClientStream stream;
    private final Executor executor;
    private final Runnable onDemand;

    @GuardedBy("this")
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>(2);

    @GuardedBy("this")
    private long bytes;

    @GuardedBy("this")
    private boolean completed;

    @GuardedBy("this")
    private boolean closed;

    private PrivateStream(
            WriterLoops loops,
            Outlet outlet,
            List<Frame> opening,
            Reader reader,
            Executor executor,
            Runnable onDemand,
            Consumer<CloseReason> onClose) {
        this.executor = executor;
        this.onDemand = onDemand;
        this.stream = new ClientStream(
                loops,
                loops.loop(loops.pick()),
                outlet,
                new Queued(),
                opening,
                reader.heartbeat(),
                Expiry.never(),
                onClose);
    }

    /**
     * Opens a stream.
     *
     * @param opening what is written before all else
     * @param reader what the client wants of its heartbeats
     * @param executor runs what hangs on the stages of {@link #offer}, which may block
     * @param onDemand called in a writer loop each time that the client has taken all and could take more; must not block
     * @param onClose called once, in a writer loop, when the stream has ended; must not block
     * @throws IllegalStateException if the service is closed
     */
    public static PrivateStream open(
            WriterLoops loops,
            Outlet outlet,
            List<Frame> opening,
            Reader reader,
            Executor executor,
            Runnable onDemand,
            Consumer<CloseReason> onClose) {
        PrivateStream opened = new PrivateStream(loops, outlet, opening, reader, executor, onDemand, onClose);
        opened.stream.start();
        return opened;
    }

    /**
     * Opens a stream that ends behind the frames given.
     *
     * @throws IllegalStateException if the service is closed
     */
    public static void openAndEnd(WriterLoops loops, Outlet outlet, List<Frame> frames, Consumer<CloseReason> onClose) {
        open(loops, outlet, frames, Reader.UNKNOWN, Runnable::run, () -> {}, onClose)
                .complete();
    }

    /**
     * Adds an event to the stream.
     *
     * @return completes once the outlet has taken the event; completes exceptionally with {@link StreamFull} if too much
     *     waits already, and with {@link StreamClosed} if the stream is over
     */
    public CompletionStage<Void> offer(Event event) {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        RuntimeException refusal = enqueue(new Waiting(EventEncoder.encode(event), taken));
        return refusal == null ? taken : CompletableFuture.failedStage(refusal);
    }

    /** Adds an event to the stream as {@link #offer} does, for a caller that does not ask what becomes of it. */
    public void add(Event event) {
        enqueue(new Waiting(EventEncoder.encode(event), null));
    }

    /** Why an event is refused; null if it waits now. */
    private @Nullable RuntimeException enqueue(Waiting event) {
        long more = event.frame().payloadBytes();
        synchronized (this) {
            if (closed || completed) {
                return new StreamClosed();
            }
            if (!queue.isEmpty() && (queue.size() >= MAX_EVENTS || bytes + more > MAX_BYTES)) {
                return new StreamFull(queue.size(), bytes);
            }
            queue.add(event);
            bytes += more;
        }
        stream.execute(stream::drain);
        return null;
    }

    /** Ends the stream once the client has taken what was offered. */
    public void complete() {
        synchronized (this) {
            completed = true;
        }
        stream.execute(stream::drain);
    }

    /** Closes the stream at once, so that the client sees that something was cut off. */
    public void cutOff() {
        stream.cutOff();
    }

    /** Whether the client has not taken all that was offered. */
    public synchronized boolean hasWaiting() {
        return !queue.isEmpty();
    }

    /** Foreign code hangs on the stages, so they are completed by threads that may block; those of nobody cost nothing. */
    private void tell(List<CompletableFuture<Void>> stages, Consumer<CompletableFuture<Void>> outcome) {
        if (!stages.isEmpty()) {
            executor.execute(() -> stages.forEach(outcome));
        }
    }

    /** What was offered and waits, as the loop sees it. */
    private final class Queued implements Backlog {
        @Override
        public StreamKind kind() {
            return StreamKind.SINGLE;
        }

        @Override
        public @Nullable Batch next() {
            boolean mayFollow;
            synchronized (PrivateStream.this) {
                if (!queue.isEmpty()) {
                    return oldest();
                }
                mayFollow = !completed;
            }
            if (mayFollow) {
                onDemand.run();
            }
            return null;
        }

        @GuardedBy("PrivateStream.this")
        private Batch oldest() {
            Batch.Builder builder = new Batch.Builder(0);
            for (Waiting event : queue) {
                if (builder.isFull()) {
                    break;
                }
                builder.add(event.frame());
            }
            return builder.build();
        }

        @Override
        public void taken(Batch batch, int count) {
            tell(remove(count), stage -> stage.complete(null));
        }

        private List<CompletableFuture<Void>> remove(int count) {
            List<CompletableFuture<Void>> asked = List.of();
            synchronized (PrivateStream.this) {
                for (int i = 0; i < count; i++) {
                    Waiting event = queue.remove();
                    bytes -= event.frame().payloadBytes();
                    if (event.taken() != null) {
                        asked = asked.isEmpty() ? new ArrayList<>(count) : asked;
                        asked.add(event.taken());
                    }
                }
            }
            return asked;
        }

        /** Something may have been offered, and the end announced, since the client last found nothing waiting. */
        @Override
        public boolean isComplete() {
            synchronized (PrivateStream.this) {
                return completed && queue.isEmpty();
            }
        }

        @Override
        public void released() {
            int left;
            synchronized (PrivateStream.this) {
                closed = true;
                left = queue.size();
            }
            tell(remove(left), stage -> stage.completeExceptionally(new StreamClosed()));
        }
    }
}
