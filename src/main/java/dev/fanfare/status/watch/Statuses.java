package dev.fanfare.status.watch;

import dev.fanfare.hub.Hub;
import dev.fanfare.hub.HubStats;
import dev.fanfare.log.History;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.ParamsReader;
import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.SourceStats;
import dev.fanfare.status.Status;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.rules.ChangeRule;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.wire.EventEncoder;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The status gateway: sources under their names, and a stream or a snapshot of any of their statuses. Thread-safe; no method
 * blocks.
 *
 * <pre>{@code
 * statuses.register("jobs", jobs, SourceSettings.builder().params("job").end("/state=done").build());
 *
 * StatusUrl url = statuses.url("jobs", Map.of("job", List.of("42")));
 * statuses.admit(url, lastEventId).thenAccept(admission -> {
 *     if (admission == Admission.STREAM) {
 *         statuses.join(url, lastEventId, outlet, reason -> {});
 *     }
 * });
 * }</pre>
 */
public final class Statuses implements AutoCloseable {
    /** Most bytes of UTF-8 in the value of a parameter. */
    public static final int MAX_VALUE_BYTES = 1024;

    private static final int DEFAULT_TAIL_EVENTS = 4096;
    private static final long DEFAULT_TAIL_BYTES = 16L << 20;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");

    private final WriterLoops loops;
    private final StatusLog log;
    private final Pushes pushes;
    private final DoubleSupplier random;
    private final Map<String, RegisteredSource> sources = new ConcurrentHashMap<>();
    private final List<Consumer<String>> sourceListeners = new CopyOnWriteArrayList<>();

    /** A gateway without sources whose streams are written by {@code loops}, and which keeps nothing. */
    public Statuses(WriterLoops loops) {
        this(loops, () -> ThreadLocalRandom.current().nextDouble());
    }

    Statuses(WriterLoops loops, DoubleSupplier random) {
        this(loops, DEFAULT_TAIL_EVENTS, DEFAULT_TAIL_BYTES, null, null, random);
    }

    /**
     * A gateway without sources.
     *
     * @param tailEvents most events in memory for clients that are a little behind; who is farther behind gets the newest
     *     status alone
     * @param tailBytes most bytes of these
     * @param kept where pushed statuses are published, so that they are kept
     * @param history the history of {@code kept}
     */
    public Statuses(WriterLoops loops, int tailEvents, long tailBytes, Hub kept, History history) {
        this(
                loops,
                tailEvents,
                tailBytes,
                kept,
                history,
                () -> ThreadLocalRandom.current().nextDouble());
    }

    Statuses(
            WriterLoops loops,
            int tailEvents,
            long tailBytes,
            @Nullable Hub kept,
            @Nullable History history,
            DoubleSupplier random) {
        this.loops = loops;
        this.random = random;
        this.log = new StatusLog(loops, tailEvents, tailBytes);
        this.pushes = new Pushes(kept, history, loops.ticker());
    }

    /**
     * Adds a source that is polled.
     *
     * @param name {@code [a-z][a-z0-9-]*}, not {@code stream}
     * @throws IllegalArgumentException if the name is not allowed, or taken
     */
    public void register(String name, StatusSource source, SourceSettings settings) {
        add(name, source, settings);
    }

    /** Adds a source whose statuses come through {@link #set} and {@link #end}; otherwise as {@link #register}. */
    public void registerPushed(String name, SourceSettings settings) {
        add(name, null, settings);
    }

    private void add(String name, @Nullable StatusSource source, SourceSettings settings) {
        if (!NAME.matcher(name).matches() || name.equals("stream")) {
            throw new IllegalArgumentException("the source name '" + name
                    + "' is not allowed; a name is a lower-case letter and lower-case letters, digits or '-', and not"
                    + " 'stream'");
        }
        RegisteredSource added = new RegisteredSource(name, source, settings, log, pushes, loops.ticker(), random);
        if (sources.putIfAbsent(name, added) != null) {
            throw new IllegalArgumentException("there are two status sources '" + name + "'; names are unique");
        }
        sourceListeners.forEach(listener -> listener.accept(name));
    }

    /** The names of all sources. */
    public SortedSet<String> names() {
        return new TreeSet<>(sources.keySet());
    }

    /**
     * The settings of a source.
     *
     * @throws UnknownSource if there is none of this name
     */
    public SourceSettings settings(String name) {
        return source(name).settings();
    }

    /**
     * Calls {@code listener} with the name of each source: now for those that are there, later for those that are added; twice
     * for one that is added at this moment.
     */
    public void onSource(Consumer<String> listener) {
        sourceListeners.add(listener);
        names().forEach(listener);
    }

    /**
     * What a source has been asked, and who is interested.
     *
     * @throws UnknownSource if there is none of this name
     */
    public SourceStats stats(String name) {
        return source(name).stats();
    }

    /** What the log that carries all status streams holds and has done. */
    public HubStats logStats() {
        return log.stats();
    }

    /** How many statuses are watched at present, of all sources. */
    public int watches() {
        return sources.values().stream().mapToInt(RegisteredSource::watches).sum();
    }

    private RegisteredSource source(String name) {
        RegisteredSource source = sources.get(name);
        if (source == null) {
            throw new UnknownSource(ParamsReader.shortened(name));
        }
        return source;
    }

    /**
     * The status that a query names.
     *
     * @param query names and values as they were given, decoded; reserved names are passed over
     * @throws UnknownSource if there is no source of this name
     * @throws ParamsRefused if a parameter is unknown, missing, repeated, empty, too long, or does not match its pattern
     */
    public StatusUrl url(String name, Map<String, List<String>> query) {
        return source(name).url(query);
    }

    /**
     * What a client wants of a status beside its parameters.
     *
     * @param query names and values as they were given, decoded; names that are not reserved are passed over
     * @throws UnknownSource if there is no source of this name
     * @throws ParamsRefused if a value can't be used
     */
    public StreamOptions options(String name, Map<String, List<String>> query) {
        return StreamOptions.read(source(name).settings(), query);
    }

    /** The watches of a source, in the order of their URLs. */
    public List<WatchInfo> watches(String name) {
        return source(name).all().stream().map(Watch::info).toList();
    }

    /** Whether a topic is the URL of a status that is pushed. */
    public boolean isPushedTopic(String topic) {
        if (!topic.startsWith(StatusUrl.PREFIX)) {
            return false;
        }
        int query = topic.indexOf('?');
        String name = topic.substring(StatusUrl.PREFIX.length(), query < 0 ? topic.length() : query);
        RegisteredSource source = sources.get(name);
        return source != null && source.isPushed();
    }

    /** Whether statuses of a source are pushed, not polled. */
    public boolean isPushed(String name) {
        return source(name).isPushed();
    }

    /**
     * Decides what a client is answered that wants a stream. A status that is known, or whose source is known to fail, is
     * answered at once; else there is one poll first.
     *
     * @param lastEventId what the client sent as {@code Last-Event-ID}; null if it sent none
     * @return completes within the source's timeout; exceptionally if the service closes meanwhile
     * @throws IllegalStateException if the service is closed
     */
    public CompletionStage<Admission> admit(StatusUrl url, StreamOptions options, @Nullable String lastEventId) {
        CompletionStage<Watch.View> found;
        try {
            found = view(url);
        } catch (TooManyWatches e) {
            return CompletableFuture.completedStage(Admission.FULL);
        }
        return found.thenApply(view -> {
            Status status = view.status();
            if (status == null && view.isMissing()) {
                return Admission.MISSING;
            }
            if (status != null
                    && view.ended()
                    && underRules(status, url, options).endId().equals(lastEventId)) {
                return Admission.OVER;
            }
            Watch watch = source(url.source()).find(url);
            return watch == null || watch.hasPlaceFor(options.rules()) ? Admission.STREAM : Admission.TOO_MANY_RULES;
        });
    }

    /** A client with the source's own rules; otherwise like the other method. */
    public CompletionStage<Admission> admit(StatusUrl url, @Nullable String lastEventId) {
        return admit(url, StreamOptions.of(settings(url.source())), lastEventId);
    }

    private Status underRules(Status status, StatusUrl url, StreamOptions options) {
        ChangeRule rule = options.rules().change();
        return rule.equals(settings(url.source()).change())
                ? status
                : new Status(rule.idOf(JsonText.read(status.json())), status.json(), status.isFinal());
    }

    /**
     * What is known of a status; if nothing is, there is one poll first.
     *
     * @return completes within the source's timeout; exceptionally if the service closes meanwhile
     * @throws IllegalStateException if the service is closed
     */
    public CompletionStage<Snapshot> snapshot(StatusUrl url) {
        return snapshot(url, StreamOptions.of(settings(url.source())));
    }

    /** With the id that the status has to a client that ignores more; otherwise like the other method. */
    public CompletionStage<Snapshot> snapshot(StatusUrl url, StreamOptions options) {
        CompletionStage<Watch.View> found;
        try {
            found = view(url);
        } catch (TooManyWatches e) {
            return CompletableFuture.completedStage(new Snapshot.Full(retryAfterFull(url)));
        }
        return found.thenApply(view -> {
            Status status = view.status();
            SourceFailure failure = view.failure();
            if (status != null) {
                return known(underRules(status, url, options), view);
            }
            return failure == null ? new Snapshot.Missing() : new Snapshot.Failing(failure.reason(), view.retryAfter());
        });
    }

    private Snapshot known(Status status, Watch.View view) {
        Instant now = loops.ticker().now();
        Instant asOf = view.asOf() == null ? now : view.asOf();
        Instant changed = view.changed() == null ? asOf : view.changed();
        Duration age = asOf.isAfter(now) ? Duration.ZERO : Duration.between(asOf, now);
        return new Snapshot.Known(status, changed, age);
    }

    /** When a client shall come again that was refused because of {@link Admission#FULL}. */
    public Duration retryAfterFull(StatusUrl url) {
        Duration retry = settings(url.source()).retry();
        return retry.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : retry;
    }

    private CompletionStage<Watch.View> view(StatusUrl url) {
        RegisteredSource source = source(url.source());
        while (true) {
            Watch watch = source.watch(url);
            CompletionStage<Watch.View> view = watch.view();
            if (view != null) {
                return view;
            }
            source.remove(url, watch);
        }
    }

    /**
     * Opens a stream of a status. It need not be known: the stream waits for it, and ends without an event if there turns
     * out to be none, if the source has too many watches or the watch too many rule sets, or if the gateway has closed since.
     * A client that {@link #admit} let in gets what is known at once.
     *
     * @param onClose called once, in a writer loop, when the stream has ended; must not block
     * @throws IllegalStateException if the writer loops are closed
     */
    public void join(
            StatusUrl url,
            StreamOptions options,
            @Nullable String lastEventId,
            Outlet outlet,
            Consumer<CloseReason> onClose) {
        RegisteredSource source = source(url.source());
        if (source.isClosed()) {
            refuse(url, outlet, onClose);
            return;
        }
        try {
            Watch watch = source.watch(url);
            while (!watch.join(outlet, options, lastEventId, onClose)) {
                source.remove(url, watch);
                watch = source.watch(url);
            }
        } catch (TooManyWatches | TooManyRuleSets e) {
            refuse(url, outlet, onClose);
        }
    }

    /** A client with the source's own rules; otherwise like the other method. */
    public void join(StatusUrl url, @Nullable String lastEventId, Outlet outlet, Consumer<CloseReason> onClose) {
        join(url, StreamOptions.of(settings(url.source())), lastEventId, outlet, onClose);
    }

    private void refuse(StatusUrl url, Outlet outlet, Consumer<CloseReason> onClose) {
        log.sendAndEnd(outlet, List.of(EventEncoder.opening(retryAfterFull(url))), onClose);
    }

    /**
     * Sets a pushed status. Whoever watches it gets an {@code update} if it differs from the last one; and {@code end}, if
     * it meets the end condition. A status that has ended begins anew.
     *
     * @return completes once the status is kept and clients get it; exceptionally if it could not be kept, and then nobody
     *     gets it
     * @throws UnknownSource if there is no source of this name
     * @throws ParamsRefused if the parameters are not those of the source
     * @throws TooManyWatches if the source has as many statuses as it may
     * @throws IllegalArgumentException if the source is polled, or the status is nested too deep
     * @throws IllegalStateException if the service is closed
     */
    public CompletionStage<Void> set(String name, Map<String, String> params, JsonValue status) {
        RegisteredSource source = pushed(name);
        StatusUrl url = urlOf(name, params);
        Newest next;
        try {
            next = Newest.of(status, source.settings());
        } catch (SourceFailure e) {
            throw new IllegalArgumentException("the status is nested too deep", e);
        }
        return source.set(url, next);
    }

    /**
     * Ends a pushed status: whoever watches it gets {@code end} with the last one set, and the streams end.
     *
     * @return completes with whether there was one that had not ended before; exceptionally if the end could not be kept,
     *     and with {@link SourceFailure} if it can't be told whether there is one
     * @throws UnknownSource if there is no source of this name
     * @throws ParamsRefused if the parameters are not those of the source
     * @throws IllegalArgumentException if the source is polled
     */
    public CompletionStage<Boolean> end(String name, Map<String, String> params) {
        RegisteredSource source = pushed(name);
        StatusUrl url = urlOf(name, params);
        return pushes.inTurn(
                url,
                () -> view(url).thenCompose(view -> {
                    Status status = view.status();
                    SourceFailure failure = view.failure();
                    if (status == null && failure != null) {
                        return CompletableFuture.failedStage(failure);
                    }
                    Watch watch = source.find(url);
                    if (status == null || view.ended() || watch == null) {
                        return CompletableFuture.completedStage(false);
                    }
                    return pushes.keep(url, status.json(), true).thenApply(kept -> watch.vanish());
                }));
    }

    private RegisteredSource pushed(String name) {
        RegisteredSource source = source(name);
        if (!source.isPushed()) {
            throw new IllegalArgumentException(
                    "the status source '" + name + "' is polled; only a pushed one can be set and ended");
        }
        return source;
    }

    private StatusUrl urlOf(String name, Map<String, String> params) {
        Map<String, List<String>> query = new HashMap<>();
        params.forEach((param, value) -> query.put(param, List.of(value)));
        return url(name, query);
    }

    /** Stops all polls. Streams that are open end with the writer loops. */
    @Override
    public void close() {
        sources.values().forEach(RegisteredSource::close);
        log.close();
    }
}
