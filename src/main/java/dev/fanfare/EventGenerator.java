package dev.fanfare;

import dev.fanfare.event.Event;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Makes the events of one client, one at a time: the next is asked for only when the client has taken the one before. Asked
 * by one thread at a time, never again before the stage is complete; the thread may be blocked.
 *
 * <pre>{@code
 * fanfare.stream(sink, EventGenerator.every(Duration.ofSeconds(1), () -> Optional.of(Event.of(readSensor()))));
 * }</pre>
 */
@FunctionalInterface
public interface EventGenerator {
    /**
     * The next event.
     *
     * @return completes with the event, or with empty to end the stream; if it completes exceptionally the stream is cut off
     */
    CompletionStage<Optional<Event>> next();

    /** How long to wait after an event has been taken before the next is asked for; not negative. */
    default Duration pause() {
        return Duration.ZERO;
    }

    /** The stream is over: the client left, or the last event was taken. Called once. */
    default void closed() {}

    /** Gives the elements of an iterator, which may block. */
    static EventGenerator of(Iterator<Event> events) {
        return () -> CompletableFuture.completedStage(events.hasNext() ? Optional.of(events.next()) : Optional.empty());
    }

    /**
     * Gives what a supplier has, with a pause in between.
     *
     * @param next empty ends the stream; may block
     */
    static EventGenerator every(Duration pause, Supplier<Optional<Event>> next) {
        return new EventGenerator() {
            @Override
            public CompletionStage<Optional<Event>> next() {
                return CompletableFuture.completedStage(next.get());
            }

            @Override
            public Duration pause() {
                return pause;
            }
        };
    }
}
