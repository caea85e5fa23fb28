package dev.fanfare.config;

import dev.fanfare.auth.Access;
import dev.fanfare.auth.AuthSettings;
import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.cluster.redis.RedisUrl;
import dev.fanfare.config.Values.Found;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.HistorySettings.Store;
import dev.fanfare.rest.HubLimits;
import dev.fanfare.rest.MetricsSettings;
import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.rest.web.ConsoleSettings;
import dev.fanfare.stream.StreamSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** From values to settings. Reads on after a fault, so that all of them are found. */
final class SettingsReader {
    private final Values values;
    private final Faults faults;
    private final boolean listensItself;

    /** @param listensItself false in a container, which alone knows who can reach it */
    SettingsReader(Values values, Faults faults, boolean listensItself) {
        this.values = values;
        this.faults = faults;
        this.listensItself = listensItself;
    }

    /** The settings; they mean nothing if there are faults. */
    Settings read() {
        HttpSettings http = http();
        boolean loopback = listensItself && isLoopback(http.host());
        boolean dev = dev(http.host(), loopback);
        DemoSettings demo = demo(loopback);
        int before = faults.count();
        AuthSettings auth = new AuthReader(values, faults).read(dev, loopback && !dev);
        // After a fault nobody knows whether there was meant to be one.
        boolean hasKey = auth.subscriberKey() != null || faults.count() > before;
        return new Settings(
                http,
                loopback,
                dev,
                stream(),
                history(dev),
                limits(),
                auth,
                demo,
                new CorsReader(values, faults).read(dev ? CorsSettings.development() : CorsSettings.none()),
                new StatusReader(values, faults, listensItself).read(demo.enabled(), hasKey),
                metrics(loopback, hasKey),
                log(),
                console(loopback, demo.enabled(), hasKey),
                values.get(Keys.SAME_ID),
                values.get(Keys.TRACING) == Keys.TracingMode.AUTO,
                cluster(),
                listensItself ? pidFile(values) : null);
    }

    /** Where a server says which process it is; null for nowhere. */
    static @Nullable Path pidFile(Values values) {
        Path given = values.get(Keys.PID_FILE, null, Path::of);
        boolean isInMemory = values.get(Keys.STORE, values.get(Keys.DEV) ? Store.MEMORY : Store.SQLITE) == Store.MEMORY;
        if (given != null || isInMemory) {
            return given;
        }
        Path history = values.get(Keys.PATH, HistorySettings.SQLITE_DEFAULTS.path(), Path::of);
        return history.resolveSibling(history.getFileName() + ".pid");
    }

    private HttpSettings http() {
        int connections = values.get(Keys.CONNECTIONS, Descriptors.connections());
        boolean othersTakeOver = listensItself && values.has(Keys.CLUSTER_URL);
        return new HttpSettings(
                values.get(Keys.HOST),
                values.get(Keys.PORT),
                connections,
                values.get(Keys.PER_ADDRESS, connections),
                values.get(Keys.DRAIN_DELAY, othersTakeOver ? HttpSettings.DRAIN_DELAY_OF_A_NODE : Duration.ZERO),
                values.get(Keys.DRAIN, othersTakeOver ? HttpSettings.DRAIN_OF_A_NODE : Duration.ZERO),
                values.get(Keys.HEAD_BYTES),
                values.get(Keys.REQUEST_TIMEOUT),
                values.get(Keys.TRUSTED_PROXIES, AddressRanges.none()),
                listensItself ? new TlsReader(values, faults).read(values.get(Keys.DEV)) : null,
                values.get(
                        Keys.WARM_UP,
                        listensItself && !values.get(Keys.DEV) ? HttpSettings.LONGEST_WARM_UP : Duration.ZERO));
    }

    private boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            Found found = values.find(Keys.HOST.name());
            if (found != null) {
                faults.add(found, "is not found", "give " + Keys.HOST.form().description() + ", such as 127.0.0.1");
            }
            return false;
        }
    }

    private boolean dev(String host, boolean loopback) {
        boolean dev = values.get(Keys.DEV);
        Found found = values.find(Keys.DEV.name());
        if (dev && !listensItself && found != null) {
            faults.add(
                    found,
                    "is not allowed in a web application, which can't know who reaches it",
                    "leave it out, or use the standalone server for development");
        } else if (dev && !loopback && found != null) {
            faults.add(
                    found,
                    "is refused on " + host + ", which other machines may reach",
                    "give fanfare.http.host a loopback address such as 127.0.0.1, or leave development mode off");
        }
        return dev;
    }

    private DemoSettings demo(boolean loopback) {
        return new DemoSettings(
                values.get(Keys.DEMO_ENABLED, loopback),
                values.get(Keys.DEMO_COUNT),
                values.get(Keys.DEMO_DELAY),
                values.get(Keys.DEMO_RETRY));
    }

    private LogSettings log() {
        SortedMap<String, System.Logger.Level> levels = new TreeMap<>();
        for (String key : values.keys()) {
            String of = key.equals(Keys.LOG_LEVEL.name()) ? "" : Keys.packageOf(key);
            Found found = of == null ? null : values.find(key);
            System.Logger.Level level = found == null
                    ? null
                    : values.read(found, Keys.LOG_LEVEL.form(), System.Logger.Level.INFO, Function.identity());
            if (of != null && level != null) {
                levels.put(of, level);
            }
        }
        return new LogSettings(values.get(Keys.LOG_FORMAT), values.get(Keys.LOG_ACCESS), levels);
    }

    private MetricsSettings metrics(boolean loopback, boolean hasKey) {
        boolean enabled = values.get(Keys.METRICS_ENABLED, loopback);
        Access access = values.get(Keys.METRICS_ACCESS, loopback ? Access.ANONYMOUS : Access.TOKEN);
        Found set = values.find(Keys.METRICS_ACCESS.name());
        Found found = set != null ? set : values.find(Keys.METRICS_ENABLED.name());
        if (enabled && access == Access.TOKEN && !hasKey && found != null) {
            faults.add(
                    found,
                    "needs tokens, and there is no key to check them with",
                    "give fanfare.auth.key, or let everybody see the metrics with fanfare.metrics.access=anonymous");
        }
        return new MetricsSettings(enabled, access);
    }

    /** With a key a proxy may stand in front, to which all clients look like this machine. */
    private ConsoleSettings console(boolean loopback, boolean demo, boolean hasKey) {
        boolean enabled = values.get(Keys.CONSOLE, demo ? Keys.Switch.ON : Keys.Switch.OFF) == Keys.Switch.ON;
        boolean isOpen = loopback && !new AuthReader(values, faults).hasSubscriberKey();
        Access access = values.get(Keys.CONSOLE_ACCESS, isOpen ? Access.ANONYMOUS : Access.TOKEN);
        Found set = values.find(Keys.CONSOLE_ACCESS.name());
        Found found = set != null ? set : values.find(Keys.CONSOLE.name());
        if (enabled && access == Access.TOKEN && !hasKey && found != null) {
            faults.add(
                    found,
                    "needs tokens, and there is no key to check them with",
                    "give fanfare.auth.key, or let everybody see what the server has with"
                            + " fanfare.console.access=anonymous");
        }
        return new ConsoleSettings(enabled, access);
    }

    private HubLimits limits() {
        int eventBytes = values.get(Keys.EVENT_BYTES);
        Found tail = values.find(Keys.TAIL_BYTES.name());
        Found found = tail != null ? tail : values.find(Keys.EVENT_BYTES.name());
        if (found != null && values.get(Keys.TAIL_BYTES, StreamSettings.DEFAULTS.tailBytes()) < 4L * eventBytes) {
            faults.add(
                    found,
                    (tail != null
                                    ? "is less than 4 times fanfare.limits.event"
                                    : "is more than a quarter of fanfare.stream.tail-bytes, which depends on the heap")
                            + ", and too few events would fit into memory",
                    "raise fanfare.stream.tail-bytes, or lower fanfare.limits.event");
        }
        return new HubLimits(
                eventBytes,
                values.get(Keys.TOPICS),
                values.get(Keys.SELECTORS),
                values.get(Keys.MEMBERS),
                values.get(Keys.TEMPLATES),
                values.get(Keys.ANONYMOUS_PASSES));
    }

    private StreamSettings stream() {
        return new StreamSettings(
                values.get(Keys.HEARTBEAT),
                values.get(Keys.RETRY),
                values.get(Keys.TAIL_EVENTS),
                values.get(Keys.TAIL_BYTES, StreamSettings.DEFAULTS.tailBytes()),
                values.get(Keys.PINNED_BYTES, StreamSettings.DEFAULTS.pinnedBytes()),
                values.get(Keys.SEND_BUFFER),
                values.get(Keys.WRITE_TIMEOUT),
                values.get(Keys.MAX_DURATION),
                values.get(Keys.POSITIONS));
    }

    private @Nullable ClusterSettings cluster() {
        String url = values.get(Keys.CLUSTER_URL, null, text -> {
            RedisUrl.parse(text);
            return text;
        });
        String name =
                values.get(Keys.CLUSTER_NAME, ClusterSettings.DEFAULT_NAME, text -> ClusterSettings.requireName(text));
        if (url == null) {
            return null;
        }
        return new ClusterSettings(
                url,
                values.get(Keys.CLUSTER_PASSWORD_FILE, null, Path::of),
                name,
                values.get(Keys.DURABILITY),
                values.get(Keys.REPLICAS),
                values.get(Keys.CLUSTER_TIMEOUT),
                values.get(Keys.LEASE));
    }

    private HistorySettings history(boolean dev) {
        Store store = values.get(Keys.STORE, listensItself && !dev ? Store.SQLITE : Store.MEMORY);
        HistorySettings defaults = store == Store.SQLITE ? HistorySettings.SQLITE_DEFAULTS : HistorySettings.DEFAULTS;
        long maxBytes =
                values.get(Keys.MAX_BYTES, defaults.maxBytes(), bytes -> HistorySettings.requireBytes(store, bytes));
        Found found = values.find(Keys.EVENT_BYTES.name());
        if (store == Store.SQLITE && maxBytes < 16L * values.get(Keys.EVENT_BYTES) && found != null) {
            faults.add(
                    found,
                    "is more than a sixteenth of fanfare.history.max-bytes, which is the most that a file takes",
                    "lower it, or raise fanfare.history.max-bytes");
        }
        return new HistorySettings(
                store,
                values.get(Keys.PATH, defaults.path(), Path::of),
                values.get(Keys.MAX_EVENTS, defaults.maxEvents()),
                values.get(Keys.MAX_AGE, defaults.maxAge()),
                maxBytes,
                values.get(Keys.REPLAY_MAX));
    }
}
