package dev.fanfare.config;

import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.TokenKey;
import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.hub.SameId;
import dev.fanfare.rest.HubLimits;
import dev.fanfare.rest.MetricsSettings;
import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.rest.web.ConsoleSettings;
import dev.fanfare.stream.StreamSettings;
import java.nio.file.Path;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a service, valid as a whole; {@link SettingsLoader} makes them.
 *
 * @param loopback whether the service listens itself, and only this machine reaches it
 * @param dev development mode: anonymous publishing, memory history, CORS for every localhost origin
 * @param sameId what becomes of an event with the id of an earlier one
 * @param traces whether spans are recorded where OpenTelemetry is there
 * @param cluster the cluster that this node is part of; null for a node alone
 * @param pidFile where a server of its own says which process it is; null for nowhere
 */
public record Settings(
        HttpSettings http,
        boolean loopback,
        boolean dev,
        StreamSettings stream,
        HistorySettings history,
        HubLimits limits,
        AuthSettings auth,
        DemoSettings demo,
        CorsSettings cors,
        StatusSettings status,
        MetricsSettings metrics,
        LogSettings log,
        ConsoleSettings console,
        SameId sameId,
        boolean traces,
        @Nullable ClusterSettings cluster,
        @Nullable Path pidFile) {

    /** The same with the key that a server with these settings made for its run, in place of another such key. */
    public Settings withKeyOfRun(Settings running) {
        AuthSettings own = new AuthSettings(
                ofRun(auth.publisherKey(), running.auth.publisherKey()),
                ofRun(auth.subscriberKey(), running.auth.publisherKey()),
                auth.anonymousSubscribe(),
                auth.anonymousPublish(),
                auth.cookie(),
                auth.queryToken(),
                auth.limits());
        return new Settings(
                http, loopback, dev, stream, history, limits, own, demo, cors, status, metrics, log, console, sameId,
                traces, cluster, pidFile);
    }

    private static @Nullable TokenKey ofRun(@Nullable TokenKey key, @Nullable TokenKey running) {
        return key != null && key.ofThisRun() ? running : key;
    }

    /** The same alone, with a history in memory, for a look at the rest that leaves the history alone. */
    public Settings alone() {
        return new Settings(
                http,
                loopback,
                dev,
                stream,
                HistorySettings.DEFAULTS,
                limits,
                auth,
                demo,
                cors,
                status,
                metrics,
                log,
                console,
                sameId,
                traces,
                null,
                null);
    }

    /**
     * The same for a server that only this process knows: on any port of this machine's own, in clear text, without bounds on
     * connections, without the demo, sources, metrics, the console, the access log, spans and
     * a cluster.
     *
     * @param ownAuth who may do what there
     * @param ownStream how its streams behave
     * @param ownHistory where it keeps its events
     */
    public Settings aside(AuthSettings ownAuth, StreamSettings ownStream, HistorySettings ownHistory) {
        return new Settings(
                http.aside(),
                true,
                false,
                ownStream,
                ownHistory,
                limits,
                ownAuth,
                new DemoSettings(false, demo.count(), demo.delay(), demo.retry()),
                cors,
                new StatusSettings(status.defaultSource(), status.maxWatches(), new TreeMap<>()),
                MetricsSettings.OFF,
                log.withoutAccess(),
                new ConsoleSettings(false, console.access()),
                sameId,
                false,
                null,
                null);
    }
}
