package dev.fanfare;

import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.cluster.ReplicatedHistory;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.MemoryHistory;
import dev.fanfare.history.NoHistory;
import dev.fanfare.history.sqlite.SqliteHistory;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.HubSettings;
import dev.fanfare.log.History;
import dev.fanfare.log.LogMode;
import dev.fanfare.sink.BlockingPool;
import dev.fanfare.sink.Outlets;
import dev.fanfare.sink.SinkOutlets;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.stream.Ticker;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.tracing.EventTraces;
import dev.fanfare.tracing.Tracing;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link Fanfare} is to be like. Everything has a default. Not thread-safe. */
public final class FanfareBuilder {
    private StreamSettings streams = StreamSettings.DEFAULTS;
    private HistorySettings history = HistorySettings.DEFAULTS;
    private int maxTemplates = HubSettings.DEFAULT_MAX_TEMPLATES;
    private int anonymousPasses = HubSettings.DEFAULT_ANONYMOUS_PASSES;
    private @Nullable Outlets outlets;
    private @Nullable Ticker ticker;
    private @Nullable ClusterSettings cluster;
    private @Nullable Tracing tracing;

    FanfareBuilder() {}

    /** How streams behave. */
    public FanfareBuilder streams(StreamSettings settings) {
        streams = settings;
        return this;
    }

    /** Where and how much of what was published is kept; by default in memory. */
    public FanfareBuilder history(HistorySettings settings) {
        history = settings;
        return this;
    }

    /** How many different URI templates all clients together may subscribe to; 0 or more, by default 10000. */
    public FanfareBuilder maxTemplates(int value) {
        maxTemplates = value;
        return this;
    }

    /**
     * How many times a topic may be read to compare it with the URI templates of clients that nobody vouches for; 0 or more, by
     * default 3000. {@link Fanfare#subscribe} is called by an application, which vouches for its clients.
     */
    public FanfareBuilder anonymousPasses(int value) {
        anonymousPasses = value;
        return this;
    }

    /** The ways to clients' sockets; by default through the sinks themselves. */
    public FanfareBuilder outlets(Outlets value) {
        outlets = value;
        return this;
    }

    /** Another time than the machine's; it is not closed with the Fanfare. */
    public FanfareBuilder ticker(Ticker value) {
        ticker = value;
        return this;
    }

    /**
     * Makes it a node of a cluster, whose nodes share one log; by default it is alone. What is published on one node reaches the
     * clients of all. The history is then this node's copy of the log, and its bounds are the log's. Broadcasters, writers and
     * generators stay local.
     */
    public FanfareBuilder cluster(ClusterSettings settings) {
        cluster = settings;
        return this;
    }

    /**
     * Where spans go; {@link Tracing#NONE} for nowhere. By default to the {@code GlobalOpenTelemetry}, once somebody has set it and if
     * OpenTelemetry's API is there. See {@code docs/how-to/tracing.md}.
     */
    public FanfareBuilder tracing(Tracing value) {
        tracing = value;
        return this;
    }

    /**
     * The Fanfare. No thread is started yet, unless it is a node of a cluster: that one begins to follow the log, and waits three
     * seconds at most for the engine's first answer.
     *
     * @throws dev.fanfare.history.HistoryRefused if the history is to be in a file that can't be used, or the engine of the
     *     cluster will not do; tells why
     */
    public Fanfare build() {
        Ticker given = ticker;
        SystemTicker own = given == null ? new SystemTicker() : null;
        Ticker time = own != null ? own : Objects.requireNonNull(given);
        BlockingPool pool = new BlockingPool();
        WriterLoops loops = new WriterLoops(streams, time);
        ReplicatedHistory shared = cluster == null ? null : Cluster.history(cluster, history, time);
        History log = shared != null ? shared : alone(time);
        // The tail's bounds are for the whole process, so the three logs share them: half for what is published.
        int events = streams.tailEvents();
        long bytes = streams.tailBytes();
        Tracing spans = tracing != null ? tracing : FoundTracing.find();
        Hub hub = new Hub(
                log,
                loops,
                new HubSettings(
                        LogMode.RESUMABLE, events / 2, bytes / 2, history.replayMax(), maxTemplates, anonymousPasses),
                spans == Tracing.NONE ? null : new EventTraces(spans, time, pool));
        Statuses statuses = new Statuses(loops, events / 4, bytes / 4, hub, log, spans);
        if (cluster != null) {
            Cluster.share(statuses, cluster);
        }
        Fanfare fanfare = new Fanfare(new Parts(
                loops,
                hub,
                new Hub(new NoHistory(), loops, HubSettings.of(LogMode.LIVE, events / 4, bytes / 4)),
                statuses,
                outlets == null ? new SinkOutlets(pool) : outlets,
                pool,
                log,
                spans,
                own));
        if (shared != null) {
            join(shared, fanfare);
        }
        return fanfare;
    }

    private History alone(Ticker time) {
        return history.store() == HistorySettings.Store.SQLITE
                ? SqliteHistory.open(history, time)
                : new MemoryHistory(history, time);
    }

    private static void join(ReplicatedHistory shared, Fanfare fanfare) {
        try {
            Cluster.join(shared);
        } catch (RuntimeException | Error e) {
            fanfare.close();
            throw e;
        }
    }
}
