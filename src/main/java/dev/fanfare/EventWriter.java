package dev.fanfare;

import dev.fanfare.event.Event;
import dev.fanfare.stream.PrivateStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Sends events to one client. Made by {@link Fanfare#open}; thread-safe; no method blocks. What the client has not taken
 * waits in a queue of at most {@value dev.fanfare.stream.PrivateStream#MAX_EVENTS} events and 1 MiB.
 */
public final class EventWriter implements AutoCloseable {
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final PrivateStream stream;

    /** @param executor runs what hangs on {@link #ended}, which may block */
    EventWriter(Opener opener, Executor executor) {
        stream = opener.open(() -> executor.execute(() -> ended.complete(null)));
    }

    /** Opens the stream that this writer writes to. */
    @FunctionalInterface
    interface Opener {
        PrivateStream open(Runnable onClose);
    }

    /** Sends a text, which arrives at {@code onmessage}; see {@link #send(Event)}. */
    public CompletionStage<Void> send(String data) {
        return send(Event.of(data));
    }

    /**
     * Sends an event; its topics have no meaning here.
     *
     * @return completes once the event is on its way to the client; completes exceptionally with {@link
     *     dev.fanfare.stream.StreamFull} if too much waits already, and with {@link dev.fanfare.stream.StreamClosed} if the client
     *     left or the writer is closed
     */
    public CompletionStage<Void> send(Event event) {
        return stream.offer(event);
    }

    /** Completes when the stream is over: the client left, or it has been closed here. */
    public CompletionStage<Void> ended() {
        return ended.minimalCompletionStage();
    }

    /** Whether the stream is over. */
    public boolean isEnded() {
        return ended.isDone();
    }

    /** Ends the stream once the client has taken what was sent before. */
    @Override
    public void close() {
        stream.complete();
    }
}
