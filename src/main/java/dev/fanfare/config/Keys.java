package dev.fanfare.config;

import dev.fanfare.auth.Access;
import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.TokenLimits;
import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.history.HistorySettings.Store;
import dev.fanfare.hub.SameId;
import dev.fanfare.rest.HubLimits;
import dev.fanfare.stream.Positions;
import dev.fanfare.stream.StreamSettings;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys that stand on their own, each with its form and default. The meaning of each is told in {@code
 * docs/reference/configuration.md}; a test compares the two. Those of status sources are in {@link StatusKey}.
 */
final class Keys {
    private static final SortedMap<String, Key<?>> BY_NAME = new TreeMap<>();
    private static final Duration ONE_DAY = Duration.ofDays(1);
    private static final Duration ONE_HOUR = Duration.ofHours(1);
    private static final Duration TENTH = Duration.ofMillis(100);
    private static final int MOST_CONNECTIONS = 10_000_000;

    private static final String FROM_DESCRIPTORS = "the lower of `100000` and the descriptor limit less 256";

    static final Key<String> HOST = add(Key.of(
            "http.host", ValueFormat.text("a name or address of this machine", HttpSettings::inUrl), "127.0.0.1"));
    static final Key<Integer> PORT = add(Key.of("http.port", ValueFormat.number(0, 65_535), "8080"));
    static final Key<Duration> DRAIN_DELAY = add(Key.without(
            "http.drain-delay",
            ValueFormat.duration(Duration.ZERO, HttpSettings.LONGEST_DRAIN),
            "`0s`, with `fanfare.cluster.url` `5s`"));
    static final Key<Duration> DRAIN = add(Key.without(
            "http.drain",
            ValueFormat.duration(Duration.ZERO, HttpSettings.LONGEST_DRAIN),
            "`0s`, with `fanfare.cluster.url` `30s`"));
    static final Key<Duration> REQUEST_TIMEOUT = add(Key.of(
            "http.request-timeout", ValueFormat.duration(Duration.ofSeconds(1), HttpSettings.LONGEST_REQUEST), "20s"));
    static final Key<Duration> WARM_UP = add(Key.without(
            "http.warm-up",
            ValueFormat.duration(Duration.ZERO, HttpSettings.LONGEST_WARM_UP),
            "`3s`, with `fanfare.dev` `0s`"));
    static final Key<AddressRanges> TRUSTED_PROXIES = add(Key.without(
            "http.trusted-proxies",
            new ValueFormat<>(
                    "addresses, or ranges such as `10.0.0.0/8`",
                    text -> AddressRanges.of(ValueFormat.list("").parser().apply(text))),
            "none"));
    static final Key<String> TLS_CERTIFICATE =
            add(Key.without("http.tls.certificate", ValueFormat.text("the name of a file in PEM"), "none"));
    static final Key<String> TLS_KEY =
            add(Key.without("http.tls.key", ValueFormat.text("the name of a file in PEM"), "none"));
    static final Key<String> TLS_PASSWORD_FILE =
            add(Key.without("http.tls.key-password-file", ValueFormat.text("a file name"), "none"));
    static final Key<Integer> TLS_REDIRECT_PORT =
            add(Key.without("http.tls.redirect-port", ValueFormat.number(0, 65_535), "none"));
    static final Key<Duration> TLS_HSTS =
            add(Key.of("http.tls.hsts", ValueFormat.duration(Duration.ZERO, TlsSettings.LONGEST_HSTS), "0s"));
    static final Key<Boolean> TLS_SELF_SIGNED = add(Key.of("http.tls.self-signed", ValueFormat.flag(), "false"));
    static final Key<Boolean> DEV = add(Key.of("dev", ValueFormat.flag(), "false"));

    static final Key<Boolean> METRICS_ENABLED =
            add(Key.without("metrics.enabled", ValueFormat.flag(), "`true` on a loopback host, else `false`"));
    static final Key<Access> METRICS_ACCESS = add(Key.without(
            "metrics.access", ValueFormat.oneOf(Access.class), "`anonymous` on a loopback host, else `token`"));

    static final Key<LogSettings.Format> LOG_FORMAT =
            add(Key.of("log.format", ValueFormat.oneOf(LogSettings.Format.class), "text"));
    static final Key<Boolean> LOG_ACCESS = add(Key.of("log.access", ValueFormat.flag(), "false"));

    /** For all packages; {@link #LOG_LEVEL_OF} is for one. */
    static final Key<System.Logger.Level> LOG_LEVEL =
            add(Key.without("log.level", ValueFormat.oneOf(System.Logger.Level.class), "`info`"));

    /** {@code PACKAGE} stands for the name of a package or a class. */
    static final Key<System.Logger.Level> LOG_LEVEL_OF =
            Key.without("log.level.PACKAGE", ValueFormat.oneOf(System.Logger.Level.class), "as `fanfare.log.level`");

    /** What the keys of packages begin with. */
    static final String LOG_LEVELS = Key.PREFIX + "log.level.";

    private static final Pattern PACKAGE = Pattern.compile("[A-Za-z_$][\\w$]*(?:\\.[A-Za-z_$][\\w$]*)*");

    static final Key<String> PID_FILE = add(Key.without(
            "pid-file",
            ValueFormat.text("a file name"),
            "the file of the history with `.pid` behind it; none where the history is in memory"));

    /** What a running server takes from its configuration when it reads it again; all else needs a restart. */
    private static final List<String> RELOADED =
            List.of("cors.", "auth.", "status.", "limits.", "log.level", "metrics.access", "console.access");

    static final Key<TracingMode> TRACING = add(Key.of("tracing", ValueFormat.oneOf(TracingMode.class), "auto"));

    static final Key<Boolean> DEMO_ENABLED =
            add(Key.without("demo.enabled", ValueFormat.flag(), "`true` on a loopback host, else `false`"));
    static final Key<Integer> DEMO_COUNT = add(Key.of("demo.count", ValueFormat.number(1, 1_000_000), "10"));
    static final Key<Duration> DEMO_DELAY =
            add(Key.of("demo.delay", ValueFormat.duration(Duration.ofMillis(1), ONE_HOUR), "1s"));
    static final Key<Duration> DEMO_RETRY =
            add(Key.of("demo.retry", ValueFormat.duration(Duration.ZERO, ONE_DAY), "15s"));

    static final Key<Switch> CONSOLE =
            add(Key.without("console", ValueFormat.oneOf(Switch.class), "`on` where the demo is, else `off`"));
    static final Key<Access> CONSOLE_ACCESS = add(Key.without(
            "console.access",
            ValueFormat.oneOf(Access.class),
            "`anonymous` on a loopback host without a key, else `token`"));

    static final Key<List<String>> CORS_ORIGINS =
            add(Key.without("cors.allow-origins", ValueFormat.list("origins, or `*`"), "none"));
    static final Key<String> CORS_REGEX =
            add(Key.without("cors.allow-origin-regex", ValueFormat.text("a regular expression"), "none"));
    static final Key<List<String>> CORS_METHODS =
            add(Key.without("cors.allow-methods", ValueFormat.list("methods, or `*`"), "`GET`"));
    static final Key<List<String>> CORS_HEADERS =
            add(Key.without("cors.allow-headers", ValueFormat.list("header names, or `*`"), "none"));
    static final Key<Boolean> CORS_CREDENTIALS =
            add(Key.without("cors.allow-credentials", ValueFormat.flag(), "`false`"));
    static final Key<List<String>> CORS_EXPOSED =
            add(Key.without("cors.expose-headers", ValueFormat.list("header names"), "none"));
    static final Key<Duration> CORS_MAX_AGE =
            add(Key.without("cors.max-age", ValueFormat.seconds(Duration.ofDays(365)), "`600`"));

    static final Key<Duration> HEARTBEAT =
            add(Key.of("stream.heartbeat", ValueFormat.duration(TENTH, ONE_HOUR), "15s"));
    static final Key<Duration> RETRY = add(Key.of("stream.retry", ValueFormat.duration(Duration.ZERO, ONE_DAY), "3s"));
    static final Key<Integer> TAIL_EVENTS =
            add(Key.of("stream.tail-events", ValueFormat.number(16, StreamSettings.MOST_TAIL_EVENTS), "65536"));
    static final Key<Long> TAIL_BYTES = add(Key.without(
            "stream.tail-bytes", ValueFormat.size(64 << 10, 1L << 40), "`64MiB`, at most an eighth of the heap"));
    static final Key<Long> PINNED_BYTES = add(Key.without(
            "stream.pinned-bytes", ValueFormat.size(64 << 10, 1L << 40), "`256MiB`, at most an eighth of the heap"));
    static final Key<Integer> SEND_BUFFER =
            add(Key.of("stream.send-buffer", ValueFormat.smallSize(4 << 10, 1 << 30), "128KiB"));
    static final Key<Duration> WRITE_TIMEOUT =
            add(Key.of("stream.write-timeout", ValueFormat.duration(TENTH, ONE_HOUR), "30s"));
    static final Key<Duration> MAX_DURATION =
            add(Key.of("stream.max-duration", ValueFormat.duration(Duration.ofSeconds(1), Duration.ofDays(365)), "1h"));
    static final Key<Positions> POSITIONS =
            add(Key.of("stream.positions", ValueFormat.oneOf(Positions.class), "browsers"));

    static final Key<Store> STORE = add(Key.without(
            "history.store",
            ValueFormat.oneOf(Store.class),
            "`sqlite`; `memory` in development mode and in a web application"));
    static final Key<String> PATH = add(Key.of("history.path", ValueFormat.text("a file name"), "fanfare.db"));
    static final Key<Integer> MAX_EVENTS = add(Key.without(
            "history.max-events", ValueFormat.number(1, Integer.MAX_VALUE), "`1000000`, in memory `10000`"));
    static final Key<Duration> MAX_AGE = add(Key.without(
            "history.max-age",
            ValueFormat.duration(Duration.ofSeconds(1), Duration.ofDays(3650)),
            "`7d`, in memory `1d`"));
    static final Key<Long> MAX_BYTES = add(Key.without(
            "history.max-bytes",
            ValueFormat.size(64 << 10, 1L << 44),
            "`1GiB`, in memory `32MiB` or an eighth of the heap"));
    static final Key<Integer> REPLAY_MAX =
            add(Key.of("history.replay-max", ValueFormat.number(0, Integer.MAX_VALUE), "100000"));

    static final Key<String> CLUSTER_URL = add(Key.without("cluster.url", ValueFormat.text("a URL"), "none"));
    static final Key<String> CLUSTER_PASSWORD_FILE =
            add(Key.without("cluster.password-file", ValueFormat.text("a file name"), "none"));
    static final Key<String> CLUSTER_NAME =
            add(Key.of("cluster.name", ValueFormat.text("a name"), ClusterSettings.DEFAULT_NAME));
    static final Key<Durability> DURABILITY =
            add(Key.of("cluster.durability", ValueFormat.oneOf(Durability.class), "always"));
    static final Key<Integer> REPLICAS =
            add(Key.of("cluster.replicas", ValueFormat.number(0, ClusterSettings.MOST_REPLICAS), "0"));
    static final Key<Duration> CLUSTER_TIMEOUT =
            add(Key.of("cluster.timeout", ValueFormat.duration(TENTH, ClusterSettings.LONGEST_WAIT), "5s"));
    static final Key<Duration> LEASE = add(
            Key.of("cluster.lease", ValueFormat.duration(Duration.ofSeconds(1), ClusterSettings.LONGEST_WAIT), "3s"));

    static final Key<SameId> SAME_ID = add(Key.of("publish.same-id", ValueFormat.oneOf(SameId.class), "accept"));

    static final Key<Boolean> ANONYMOUS_SUBSCRIBE = add(Key.of("auth.anonymous-subscribe", ValueFormat.flag(), "true"));
    static final Key<Boolean> ANONYMOUS_PUBLISH =
            add(Key.without("auth.anonymous-publish", ValueFormat.flag(), "`false`; `true` with `fanfare.dev`"));
    static final Key<String> AUTH_COOKIE = add(Key.of(
            "auth.cookie",
            ValueFormat.text("the name of a cookie", AuthSettings::requireCookieName),
            AuthSettings.DEFAULT_COOKIE));
    static final Key<Boolean> QUERY_TOKEN = add(Key.of("auth.query-token", ValueFormat.flag(), "false"));

    static {
        Stream.of(AuthKeys.BOTH, AuthKeys.PUBLISHER, AuthKeys.SUBSCRIBER)
                .flatMap(keys -> keys.all().stream())
                .forEach(Keys::add);
    }

    static final Key<Integer> CONNECTIONS =
            add(Key.without("limits.connections", ValueFormat.number(0, MOST_CONNECTIONS), FROM_DESCRIPTORS));
    static final Key<Integer> PER_ADDRESS = add(Key.without(
            "limits.connections-per-address",
            ValueFormat.number(0, MOST_CONNECTIONS),
            "as `fanfare.limits.connections`"));
    static final Key<Integer> HEAD_BYTES = add(Key.of(
            "limits.head",
            ValueFormat.smallSize(HttpSettings.LEAST_HEAD_BYTES, HttpSettings.MOST_HEAD_BYTES),
            "64KiB"));
    static final Key<Integer> EVENT_BYTES = add(Key.of(
            "limits.event", ValueFormat.smallSize(HubLimits.LEAST_EVENT_BYTES, HubLimits.MOST_EVENT_BYTES), "1MiB"));
    static final Key<Integer> SELECTORS = add(Key.of("limits.selectors", ValueFormat.number(1, 10_000), "1000"));
    static final Key<Integer> MEMBERS = add(Key.of("limits.members", ValueFormat.number(1, 10_000), "1000"));
    static final Key<Integer> TOKEN_CHARS = add(
            Key.of("limits.token", ValueFormat.smallSize(TokenLimits.LEAST_CHARS, TokenLimits.MOST_CHARS), "64KiB"));
    static final Key<Integer> TOKEN_SELECTORS =
            add(Key.of("limits.token-selectors", ValueFormat.number(1, TokenLimits.MOST_SELECTORS), "1000"));
    static final Key<Integer> TOPICS = add(Key.of("limits.topics", ValueFormat.number(1, 100_000), "1000"));
    static final Key<Integer> TEMPLATES = add(Key.of("limits.templates", ValueFormat.number(0, 1_000_000), "10000"));
    static final Key<Integer> ANONYMOUS_PASSES =
            add(Key.of("limits.anonymous-passes", ValueFormat.number(0, 1_000_000_000), "3000"));
    static final Key<Integer> WATCHES = add(Key.of("limits.watches", ValueFormat.number(1, 1_000_000), "1000"));
    static final Key<String> STATUS_DEFAULT =
            add(Key.of("status.default", ValueFormat.text("the name of a source"), "demo"));

    private Keys() {}

    /** Whether a running server takes another value of a key, known or not, when it reads its configuration again. */
    static boolean isReloaded(String name) {
        return !name.equals(HEAD_BYTES.name())
                && RELOADED.stream().anyMatch(part -> name.startsWith(Key.PREFIX + part));
    }

    /** The package that a key sets the level of; null for another key. */
    static @Nullable String packageOf(String key) {
        String name = key.startsWith(LOG_LEVELS) ? key.substring(LOG_LEVELS.length()) : "";
        return PACKAGE.matcher(name).matches() ? name : null;
    }

    /** All of them, by name. */
    static SortedMap<String, Key<?>> byName() {
        return Collections.unmodifiableSortedMap(BY_NAME);
    }

    private static <T> Key<T> add(Key<T> key) {
        BY_NAME.put(key.name(), key);
        return key;
    }

    /** Whether spans are recorded. */
    enum TracingMode {
        /** Where OpenTelemetry is there and records them. */
        AUTO,
        /** Never. */
        OFF
    }

    /** A part of the service that is there or not. */
    enum Switch {
        /** It is there. */
        ON,
        /** It is not. */
        OFF
    }
}
