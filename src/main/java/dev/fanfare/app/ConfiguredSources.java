package dev.fanfare.app;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.config.ConfigFaults;
import dev.fanfare.config.ConfiguredSource;
import dev.fanfare.status.SourceChange;
import dev.fanfare.status.SourceDefinition;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.file.FileSource;
import dev.fanfare.status.http.HttpSource;
import dev.fanfare.status.http.HttpSourceSettings;
import dev.fanfare.status.jdbc.JdbcSource;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.Ticker;
import dev.fanfare.tracing.Tracing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The status sources that the configuration names, with what they hold: pools of connections to databases, and one HTTP client for
 * all that ask by HTTP, which is there while any of them is. Thread-safe.
 */
final class ConfiguredSources implements AutoCloseable {
    private final Statuses statuses;
    private final Ticker ticker;
    private final Tracing tracing;

    @GuardedBy("this")
    private SortedMap<String, ConfiguredSource> configured = new TreeMap<>();

    /** What has to be closed, by the name of its source. */
    @GuardedBy("this")
    private final Map<String, AutoCloseable> open = new HashMap<>();

    @GuardedBy("this")
    private @Nullable SourceClient client;

    @GuardedBy("this")
    private boolean closed;

    ConfiguredSources(Statuses statuses, Ticker ticker, Tracing tracing) {
        this.statuses = statuses;
        this.ticker = ticker;
        this.tracing = tracing;
    }

    /** Sources that are made and that nobody asks yet. Either {@link #take} or {@link #discard} it. */
    record Prepared(
            SortedMap<String, ConfiguredSource> configured,
            List<SourceChange> changes,
            Map<String, AutoCloseable> made) {
        /** The names of sources that are not what they were. */
        List<String> names() {
            return changes.stream().map(SourceChange::name).toList();
        }
    }

    /**
     * Makes what is new.
     *
     * @param next all sources
     * @param changed the names of those that are defined in another way than now
     * @throws ConfigFaults if a name is another source's, which the configuration does not know of
     */
    synchronized Prepared prepare(SortedMap<String, ConfiguredSource> next, Set<String> changed) {
        if (closed) {
            throw new IllegalStateException("The service is closed");
        }
        List<String> faults = new ArrayList<>();
        for (String name : next.keySet()) {
            if (!configured.containsKey(name) && statuses.names().contains(name)) {
                faults.add("The status source '" + name + "' can't be used: the application brings one of that name;"
                        + " give one of the two another name");
            }
        }
        if (!faults.isEmpty()) {
            throw new ConfigFaults(faults);
        }
        Prepared prepared = new Prepared(next, new ArrayList<>(), new HashMap<>());
        try {
            for (String name : configured.keySet()) {
                if (!next.containsKey(name)) {
                    prepared.changes().add(SourceChange.removed(name));
                }
            }
            next.forEach((name, source) -> {
                ConfiguredSource before = configured.get(name);
                if (before == null || changed.contains(name)) {
                    prepared.changes().add(new SourceChange(name, definition(name, source, before, prepared.made())));
                }
            });
            return prepared;
        } catch (RuntimeException | Error e) {
            discard(prepared);
            throw e;
        }
    }

    @GuardedBy("this")
    private SourceDefinition definition(
            String name, ConfiguredSource source, @Nullable ConfiguredSource before, Map<String, AutoCloseable> made) {
        return new SourceDefinition(
                source.origin() instanceof ConfiguredSource.Origin.Pushed ? null : made(name, source, made),
                source.settings(),
                before != null && before.origin().equals(source.origin()));
    }

    @GuardedBy("this")
    private StatusSource made(String name, ConfiguredSource configured, Map<String, AutoCloseable> made) {
        ConfiguredSource.Origin origin = configured.origin();
        if (origin instanceof ConfiguredSource.Origin.Http http) {
            HttpSourceSettings asked = new HttpSourceSettings(
                    http.url(),
                    http.headers(),
                    configured.settings().timeout(),
                    HttpSourceSettings.DEFAULT_MAX_BYTES,
                    http.accepted());
            HttpSource source = client().source(asked, ticker, tracing);
            made.put(name, source);
            return source;
        }
        if (origin instanceof ConfiguredSource.Origin.Sql sql) {
            JdbcSource source = new JdbcSource(sql.settings(), ticker);
            made.put(name, source);
            return source;
        }
        if (origin instanceof ConfiguredSource.Origin.InFiles files) {
            return StatusSource.blocking(new FileSource(files.settings(), ticker));
        }
        throw new IllegalStateException("unknown kind of source: " + origin);
    }

    /** One client for all sources, made for the first. */
    @GuardedBy("this")
    private SourceClient client() {
        if (client == null) {
            client = new SourceClient();
        }
        return client;
    }

    /** What was prepared is in use from now on; gives up what is not any more, which nobody asks. */
    void take(Prepared prepared) {
        List<AutoCloseable> closing = new ArrayList<>();
        synchronized (this) {
            for (SourceChange change : prepared.changes()) {
                AutoCloseable before = open.remove(change.name());
                if (before != null) {
                    closing.add(before);
                }
            }
            open.putAll(prepared.made());
            configured = prepared.configured();
            if (closed) {
                closing.addAll(open.values());
                open.clear();
            }
            addIdleClient(closing);
        }
        closing.forEach(ConfiguredSources::close);
    }

    /** Gives up what was prepared. */
    void discard(Prepared prepared) {
        prepared.made().values().forEach(ConfiguredSources::close);
        List<AutoCloseable> closing = new ArrayList<>();
        synchronized (this) {
            addIdleClient(closing);
        }
        closing.forEach(ConfiguredSources::close);
    }

    /** A client that no source has is closed, and its threads with it. */
    @GuardedBy("this")
    private void addIdleClient(List<AutoCloseable> closing) {
        boolean isNeeded = configured.values().stream()
                .anyMatch(source -> source.origin() instanceof ConfiguredSource.Origin.Http);
        if (client != null && (closed || !isNeeded)) {
            closing.add(client);
            client = null;
        }
    }

    private static void close(AutoCloseable closing) {
        try {
            closing.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("sources close without a checked exception", e);
        }
    }

    /** Closes all that they hold. */
    @Override
    public void close() {
        List<AutoCloseable> closing = new ArrayList<>();
        synchronized (this) {
            closed = true;
            closing.addAll(open.values());
            open.clear();
            addIdleClient(closing);
        }
        closing.forEach(ConfiguredSources::close);
    }
}
