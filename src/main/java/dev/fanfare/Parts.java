package dev.fanfare;

import dev.fanfare.hub.Hub;
import dev.fanfare.log.History;
import dev.fanfare.sink.BlockingPool;
import dev.fanfare.sink.Outlets;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.stream.TimedClose;
import dev.fanfare.stream.WriterLoops;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Fanfare} is made of, for Fanfare's own packages that put a service around it. An application has no use for it: its
 * types are not on the public face.
 *
 * @param loops write to all clients
 * @param log what is published, to resume from
 * @param live what is broadcast to connected clients
 * @param statuses the status gateway
 * @param outlets the ways to clients
 * @param pool for calls into foreign code
 * @param history the log's history
 * @param ownTicker the ticker to close in the end; null if it was brought along
 */
public record Parts(
        WriterLoops loops,
        Hub log,
        Hub live,
        Statuses statuses,
        Outlets outlets,
        BlockingPool pool,
        History history,
        @Nullable SystemTicker ownTicker) {
    private static final Duration MOST_TO_CLOSE = Duration.ofMillis(1700);

    /** Those of a {@code Fanfare}. */
    public static Parts of(Fanfare fanfare) {
        return fanfare.parts();
    }

    void close() {
        TimedClose.within(
                MOST_TO_CLOSE,
                "Fanfare",
                statuses::close,
                loops::close,
                // What is being published is still committed, and the pool tells its publishers.
                history::close,
                pool::close,
                TimedClose.of(ownTicker));
    }
}
