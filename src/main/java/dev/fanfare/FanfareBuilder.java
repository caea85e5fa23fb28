package dev.fanfare;

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
     * The Fanfare. No thread is started yet.
     *
     * @throws dev.fanfare.history.HistoryRefused if the history is to be in a file that can't be used; tells why
     */
    public Fanfare build() {
        Ticker given = ticker;
        SystemTicker own = given == null ? new SystemTicker() : null;
        Ticker time = own != null ? own : Objects.requireNonNull(given);
        BlockingPool pool = new BlockingPool();
        WriterLoops loops = new WriterLoops(streams, time);
        History log = history.store() == HistorySettings.Store.SQLITE
                ? SqliteHistory.open(history, time)
                : new MemoryHistory(history, time);
        // The tail's bounds are for the whole process, so the three logs share them: half for what is published.
        int events = streams.tailEvents();
        long bytes = streams.tailBytes();
        Hub hub = new Hub(
                log,
                loops,
                new HubSettings(
                        LogMode.RESUMABLE, events / 2, bytes / 2, history.replayMax(), maxTemplates, anonymousPasses));
        return new Fanfare(new Parts(
                loops,
                hub,
                new Hub(new NoHistory(), loops, HubSettings.of(LogMode.LIVE, events / 4, bytes / 4)),
                new Statuses(loops, events / 4, bytes / 4, hub, log),
                outlets == null ? new SinkOutlets(pool) : outlets,
                pool,
                log,
                own));
    }
}
