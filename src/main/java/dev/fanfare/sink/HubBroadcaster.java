package dev.fanfare.sink;

import dev.fanfare.event.Event;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.JoinRequest;
import dev.fanfare.hub.Rights;
import dev.fanfare.log.LogMode;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Reader;
import jakarta.ws.rs.ext.Providers;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A broadcaster on the hub: an event is encoded once for all sinks, no sink waits for another, a client that left is noticed
 * and forgotten. Thread-safe; {@link #broadcast} never blocks.
 *
 * <p>A registered sink belongs to the broadcaster: nobody else writes to it. Each registered sink gets exactly one call of
 * the {@code onClose} listeners when it is closed, for whatever reason; a client that was too slow or whose connection broke
 * on the server's side gets a call of the {@code onError} listeners before that. Listeners are called in a pool, so they may
 * block.
 */
public final class HubBroadcaster implements SseBroadcaster {
    private static final System.Logger LOG = System.getLogger(HubBroadcaster.class.getName());

    private final Hub hub;
    private final Outlets outlets;
    private final Executor pool;
    private final TypedData typedData;
    private final Topic topic = new Topic("urn:uuid:" + UUID.randomUUID());
    private final List<BiConsumer<SseEventSink, Throwable>> errorListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<SseEventSink>> closeListeners = new CopyOnWriteArrayList<>();
    private final List<Selector> selectors = List.of(Selector.exact(topic));

    /** Between a broadcast and its waiting for the sinks they must not be taken out of the hub's sight. */
    private final ReadWriteLock closing = new ReentrantReadWriteLock();

    private volatile boolean closed;
    private volatile boolean ending;

    /**
     * A broadcaster without sinks.
     *
     * @param hub a hub in mode {@link LogMode#LIVE}
     * @param pool where listeners are called
     * @param providers finds the writers of typed data; null if all data is text
     */
    public HubBroadcaster(Hub hub, Outlets outlets, Executor pool, @Nullable Providers providers) {
        this.hub = hub;
        this.outlets = outlets;
        this.pool = pool;
        this.typedData = new TypedData(providers);
    }

    @Override
    public void onError(BiConsumer<SseEventSink, Throwable> listener) {
        requireOpen();
        errorListeners.add(require(listener, "onError listener"));
    }

    @Override
    public void onClose(Consumer<SseEventSink> listener) {
        requireOpen();
        closeListeners.add(require(listener, "onClose listener"));
    }

    @Override
    public void register(SseEventSink sink) {
        requireOpen();
        if (SinkOutlets.require(sink).isClosed()) {
            gone(sink, CloseReason.LEFT);
            return;
        }
        Reader reader = RequestReader.of(sink); // the head, which goes out next, ends the request for its filters
        hub.subscribe(
                () -> outlets.of(sink),
                JoinRequest.to(selectors)
                        .with(Rights.ALL)
                        .opening(List.of(hub.opening()))
                        .reader(reader),
                reason -> gone(sink, reason));
        if (ending) { // close() may have been faster
            endStreams();
        }
    }

    private void gone(SseEventSink sink, CloseReason reason) {
        pool.execute(() -> {
            if (reason.isFault()) {
                SinkLost lost = new SinkLost(reason);
                errorListeners.forEach(listener -> call(() -> listener.accept(sink, lost)));
            }
            closeListeners.forEach(listener -> call(() -> listener.accept(sink)));
        });
    }

    private static void call(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException | Error e) { // the other listeners are called all the same
            LOG.log(System.Logger.Level.ERROR, "A listener of a broadcaster failed", e);
        }
    }

    /**
     * Sends an event to all sinks registered now. Typed data is written once, by the application's MessageBodyWriter.
     *
     * @return completes once every sink has taken the event or is closed; what hangs on it is run in the pool, or at once if
     *     there is no sink
     * @throws IllegalArgumentException if the event's name or id can't be written, or no writer is found for its data
     */
    @Override
    public CompletionStage<?> broadcast(OutboundSseEvent event) {
        requireOpen();
        Event encoded = eventOf(require(event, "event"));
        closing.readLock().lock();
        try {
            requireOpen();
            return hub.deliver(encoded, selectors, pool);
        } finally {
            closing.readLock().unlock();
        }
    }

    private Event eventOf(OutboundSseEvent event) {
        Event.Builder builder = Event.builder()
                .topic(topic.value())
                .type(event.getName())
                .data(typedData.textOf(event))
                .comment(event.getComment());
        if (event.getId() != null) {
            builder.id(event.getId());
        }
        if (event.isReconnectDelaySet()) {
            builder.retry(Duration.ofMillis(event.getReconnectDelay()));
        }
        return builder.build();
    }

    @Override
    public void close() {
        close(true);
    }

    /** @param cascading true ends the streams once they have what was broadcast; false leaves the clients connected */
    @Override
    public void close(boolean cascading) {
        closing.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            ending = cascading;
            closed = true;
        } finally {
            closing.writeLock().unlock();
        }
        if (cascading) {
            endStreams();
        }
    }

    private void endStreams() {
        hub.finish(selectors);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The broadcaster is closed");
        }
    }

    private static <T> T require(@Nullable T value, String what) {
        if (value == null) {
            throw new IllegalArgumentException("The " + what + " is null");
        }
        return value;
    }
}
