package dev.fanfare;

import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.hub.Hub;
import dev.fanfare.log.History;
import dev.fanfare.sink.BlockingPool;
import dev.fanfare.sink.Outlets;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.watch.Admission;
import dev.fanfare.status.watch.Joining;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.stream.TimedClose;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.tracing.Tracing;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
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
 * @param tracing where spans go
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
        Tracing tracing,
        @Nullable SystemTicker ownTicker) {
    private static final Duration MOST_TO_CLOSE = Duration.ofMillis(1700);

    /** Those of a {@code Fanfare}. */
    public static Parts of(Fanfare fanfare) {
        return fanfare.parts();
    }

    /**
     * Looks whether the engine of a cluster can be reached and will do, as a start does. Nothing is written. Blocks for seconds at
     * most.
     *
     * @throws dev.fanfare.history.HistoryRefused if it will not do; tells why
     * @throws dev.fanfare.log.HistoryUnavailable if it can't be reached
     */
    public static void checkCluster(ClusterSettings cluster, HistorySettings bounds) {
        Cluster.check(cluster, bounds);
    }

    /**
     * Lets a client watch a status, unless there is none to watch.
     *
     * @param opener gives the way to the client, once it is known that it gets a stream
     * @param reader what the client wants of its heartbeats
     * @return {@link Admission#OVER} or {@link Admission#MISSING} if it gets none; anything else if it does
     * @throws IllegalArgumentException if there is no such source, or the parameters are not its own
     */
    public Admission watch(
            Supplier<Outlet> opener,
            Reader reader,
            @Nullable String lastEventId,
            String name,
            Map<String, String> params) {
        Map<String, List<String>> query = new HashMap<>();
        params.forEach((param, value) -> query.put(param, List.of(value)));
        StatusUrl url = statuses.url(name, query);
        StreamOptions options = StreamOptions.of(statuses.settings(name)).withHeartbeat(reader.heartbeat());
        Joining client = statuses.joining(url, options, lastEventId);
        Admission admission = client.admission()
                .exceptionally(closing -> Admission.STREAM) // joining tells
                .toCompletableFuture()
                .getNow(Admission.STREAM);
        if (admission == Admission.OVER || admission == Admission.MISSING) {
            return admission;
        }
        Outlet outlet = opener.get();
        try {
            client.join(outlet, options.permit(), reason -> {});
        } catch (RuntimeException | Error e) {
            outlet.abort();
            throw e;
        }
        return admission;
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
