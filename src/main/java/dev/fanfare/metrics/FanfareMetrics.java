package dev.fanfare.metrics;

import dev.fanfare.Fanfare;
import dev.fanfare.Parts;
import dev.fanfare.cluster.ReplicatedHistory;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.HubStats;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.StreamKind;
import dev.fanfare.stream.StreamStats;
import dev.fanfare.stream.WriterLoops;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The numbers of a {@link Fanfare} for a Micrometer registry. All of them are read when the registry is, so nothing is added
 * to the way of an event. Thread-safe; may be bound to any number of registries, and to each only once.
 *
 * <pre>{@code
 * new FanfareMetrics(fanfare).bindTo(registry);
 * }</pre>
 *
 * <p>Labels have values from closed sets, and the names of status sources, which the operator gives. Nothing that a client
 * sends ever gets into one. A registry holds what it reads weakly: once the Fanfare is collected, its numbers are NaN.
 */
public final class FanfareMetrics implements MeterBinder {
    private static final String STREAM = "stream";

    private final Parts parts;

    /** The numbers of {@code fanfare}. */
    public FanfareMetrics(Fanfare fanfare) {
        this.parts = Parts.of(fanfare);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        bindStreams(registry);
        bindLag(registry);
        bindHub(registry, StreamKind.TOPICS, parts.log(), Hub::stats);
        bindHub(registry, StreamKind.BROADCAST, parts.live(), Hub::stats);
        bindHub(registry, StreamKind.STATUS, parts.statuses(), Statuses::logStats);
        new HistoryMeters(parts.history()).bindTo(registry);
        if (parts.history() instanceof ReplicatedHistory shared) {
            new SharedLogMeters(shared).bindTo(registry);
        }
        SourceMeters sources = new SourceMeters(parts.statuses());
        parts.statuses().onSource(name -> sources.bindTo(registry, name));
        parts.statuses().onRemoved(name -> SourceMeters.unbindFrom(registry, name));
    }

    private void bindStreams(MeterRegistry registry) {
        for (Outlet.Kind outlet : Outlet.Kind.values()) {
            gauge(registry, "fanfare.connections", "Streams that are open, by the way to the client's socket")
                    .of(Tags.of("outlet", label(outlet)), stats -> stats.open(outlet));
        }
        for (StreamKind kind : StreamKind.values()) {
            Tags tags = Tags.of(STREAM, label(kind));
            gauge(registry, "fanfare.subscriptions", "Streams that are open, by what they are for")
                    .of(tags, stats -> stats.open(kind));
            counter(registry, "fanfare.streams.opened", "Streams that have begun")
                    .of(tags, stats -> stats.opened(kind));
            counter(registry, "fanfare.events.sent", "Events handed to sockets, one for each client that gets it")
                    .of(tags, stats -> stats.eventsSent(kind));
            counter(registry, "fanfare.sent.bytes", "Bytes of streams handed to sockets, without HTTP's own")
                    .of(tags, stats -> stats.bytesSent(kind));
        }
        for (CloseReason reason : CloseReason.values()) {
            counter(registry, "fanfare.streams.closed", "Streams that have ended, by reason")
                    .of(Tags.of("reason", label(reason)), stats -> stats.closed(reason));
        }
        Gauge.builder("fanfare.pinned.bytes", parts.loops(), WriterLoops::pinnedBytes)
                .description("Bytes held for clients that have taken an event in part")
                .register(registry);
        Gauge.builder(
                        "fanfare.pinned.limit.bytes",
                        parts.loops(),
                        loops -> loops.settings().pinnedBytes())
                .description("The limit of bytes held; above it clients are closed")
                .register(registry);
    }

    private void bindLag(MeterRegistry registry) {
        for (int i = 0; i < StreamStats.LAG_BOUNDS.size(); i++) {
            int bound = i;
            gauge(registry, "fanfare.subscriptions.lagging", "Subscriptions that are at least this many events behind")
                    .of(Tags.of("at_least", StreamStats.LAG_BOUNDS.get(i).toString()), stats -> stats.lagging(bound));
        }
        gauge(registry, "fanfare.lag.max.events", "How many events the slowest subscription is behind")
                .of(Tags.empty(), StreamStats::largestLag);
        gauge(registry, "fanfare.subscriptions.blocked", "Streams whose sockets take nothing for now")
                .of(Tags.empty(), StreamStats::blocked);
        gauge(registry, "fanfare.subscriptions.catching.up", "Subscriptions that read the history")
                .of(Tags.empty(), StreamStats::catchingUp);
    }

    private static <H> void bindHub(MeterRegistry registry, StreamKind kind, H hub, Function<H, HubStats> stats) {
        Tags tags = Tags.of(STREAM, label(kind));
        Gauge.builder("fanfare.channels", hub, asked -> stats.apply(asked).channels())
                .description("Different sets of selectors that have subscribers")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder(
                        "fanfare.events.published",
                        hub,
                        asked -> stats.apply(asked).events())
                .description("Events taken into the log")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder(
                        "fanfare.published.bytes",
                        hub,
                        asked -> stats.apply(asked).bytes())
                .description("Bytes of the events taken into the log, encoded")
                .tags(tags)
                .register(registry);
        Gauge.builder("fanfare.tail.events", hub, asked -> stats.apply(asked).tailEvents())
                .description("Events kept in memory for clients near the head of the log")
                .tags(tags)
                .register(registry);
        Gauge.builder("fanfare.tail.bytes", hub, asked -> stats.apply(asked).tailBytes())
                .description("Bytes of the events kept in memory")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder(
                        "fanfare.catch.ups", hub, asked -> stats.apply(asked).replays())
                .description("How often a subscription began to read the history")
                .tags(tags)
                .register(registry);
        if (kind == StreamKind.TOPICS) {
            FunctionCounter.builder(
                            "fanfare.gaps", hub, asked -> stats.apply(asked).gaps())
                    .description("Gap events sent: events had left the history")
                    .register(registry);
        }
    }

    static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Registers a number that is read from the loops. */
    private interface Reader {
        void of(Tags tags, ToLongFunction<StreamStats> number);
    }

    private Reader gauge(MeterRegistry registry, String name, String description) {
        return (tags, number) -> Gauge.builder(name, parts.loops(), read(number))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private Reader counter(MeterRegistry registry, String name, String description) {
        return (tags, number) -> FunctionCounter.builder(name, parts.loops(), read(number))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private static ToDoubleFunction<WriterLoops> read(ToLongFunction<StreamStats> number) {
        return loops -> number.applyAsLong(loops.stats());
    }
}
