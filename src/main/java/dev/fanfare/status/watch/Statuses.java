package dev.fanfare.status.watch;

import dev.fanfare.event.TraceContext;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.HubStats;
import dev.fanfare.log.History;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.PublicationTooLarge;
import dev.fanfare.log.SharedStates;
import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceChange;
import dev.fanfare.status.SourceDefinition;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.SourceStats;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.TooManyWatches;
import dev.fanfare.status.share.SharedPolls;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.HeapShare;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.tracing.Tracing;
import dev.fanfare.wire.EventEncoder;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The status gateway: sources under their names, and a stream or a snapshot of any of their statuses. Thread-safe; no method
 * blocks.
 *
 * <pre>{@code
 * statuses.register("jobs", jobs, SourceSettings.builder().params("job").end("/state=done").build());
 *
 * StatusUrl url = statuses.url("jobs", Map.of("job", List.of("42")));
 * Joining client = statuses.joining(url, options, lastEventId);
 * client.admission().thenAccept(admission -> {
 *     if (admission == Admission.STREAM) {
 *         client.join(outlet, null, reason -> {});
 *     }
 * });
 * }</pre>
 */
public final class Statuses implements AutoCloseable {
    /** Most bytes of UTF-8 in the value of a parameter. */
    public static final int MAX_VALUE_BYTES = 1024;

    private static final System.Logger LOG = System.getLogger(Statuses.class.getName());
    private static final int DEFAULT_TAIL_EVENTS = 4096;
    private static final long DEFAULT_TAIL_BYTES = HeapShare.of(16, 16L << 20);
    private final WriterLoops loops;
    private final @Nullable Hub kept;
    private final Tracing tracing;
    private final StatusLog log;
    private final Pushes pushes;
    private final PushedStatuses pushed;
    private final DoubleSupplier random;
    private final Sources sources = new Sources();
    private final Object changing = new Object();

    /** Odd while sources change. */
    private final AtomicLong edition = new AtomicLong();

    private volatile @Nullable SharedPolls shared;

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
     * @param tailEvents most events in memory for clients that are a little behind; a client farther behind gets the newest
     *     status alone
     * @param tailBytes most bytes of these
     * @param kept where pushed statuses are published, so that they are kept
     * @param history the history of {@code kept}
     * @param tracing where the spans of polls go
     */
    public Statuses(WriterLoops loops, int tailEvents, long tailBytes, Hub kept, History history, Tracing tracing) {
        this(
                loops,
                tailEvents,
                tailBytes,
                kept,
                history,
                tracing,
                () -> ThreadLocalRandom.current().nextDouble());
    }

    /** A gateway without sources whose polls are not traced; otherwise like the other one. */
    public Statuses(WriterLoops loops, int tailEvents, long tailBytes, Hub kept, History history) {
        this(loops, tailEvents, tailBytes, kept, history, Tracing.NONE);
    }

    Statuses(
            WriterLoops loops,
            int tailEvents,
            long tailBytes,
            @Nullable Hub kept,
            @Nullable History history,
            DoubleSupplier random) {
        this(loops, tailEvents, tailBytes, kept, history, Tracing.NONE, random);
    }

    private Statuses(
            WriterLoops loops,
            int tailEvents,
            long tailBytes,
            @Nullable Hub kept,
            @Nullable History history,
            Tracing tracing,
            DoubleSupplier random) {
        this.kept = kept;
        this.tracing = tracing;
        this.loops = loops;
        this.random = random;
        this.log = new StatusLog(loops, tailEvents, tailBytes);
        this.pushes = new Pushes(kept, history, loops.ticker());
        this.pushed = new PushedStatuses(pushes);
        if (history != null && history.isShared()) {
            history.follow(new PushedFeed(sources, pushes));
        }
    }

    /**
     * Shares the polls of all sources that are added from now on with other nodes: each status is polled by one of them.
     *
     * @param states how they find one another; closed with this
     * @param node what this process is called among them; no other one has it
     * @param lease how long a node that says nothing is still taken to live
     */
    public void share(SharedStates states, String node, Duration lease) {
        shared = new SharedPolls(states, node, lease, loops.ticker(), random);
    }

    /** Whether other nodes share the polls. */
    public boolean isShared() {
        return shared != null;
    }

    /** What this node is called among those that share the polls; empty if there are no others. */
    public Optional<String> node() {
        SharedPolls polls = shared;
        return polls == null ? Optional.empty() : Optional.of(polls.node());
    }

    /** How many statuses of a source this node polls for all nodes; 0 if there are no others. */
    public int owned(String name) {
        SharedPolls polls = shared;
        return polls == null ? 0 : polls.owned(name);
    }

    /**
     * Adds a source that is polled.
     *
     * @param name {@code [a-z][a-z0-9-]*}, not {@code stream}
     * @throws IllegalArgumentException if the name is not allowed, or taken
     */
    public void register(String name, StatusSource source, SourceSettings settings) {
        Sources.requireName(name);
        sources.add(name, polled(name, source, settings, null));
    }

    private RegisteredSource polled(
            String name, StatusSource source, SourceSettings settings, @Nullable RegisteredSource before) {
        return RegisteredSource.polled(name, source, settings, log, loops.ticker(), random, shared, tracing, before);
    }

    private RegisteredSource pushed(String name, SourceSettings settings, @Nullable RegisteredSource before) {
        return RegisteredSource.pushed(name, settings, log, pushes, loops.ticker(), before);
    }

    /** Adds a source whose statuses come through {@link #set} and {@link #end}; otherwise as {@link #register}. */
    public void registerPushed(String name, SourceSettings settings) {
        Sources.requireName(name);
        sources.add(name, pushed(name, settings, null));
    }

    /**
     * Adds a polled source that tells of this very process: it is in no list, has no metrics, and no other node shares it.
     * Otherwise as {@link #register}.
     */
    public void registerOwn(String name, StatusSource source, SourceSettings settings) {
        Sources.requireName(name);
        sources.addOwn(
                name,
                RegisteredSource.polled(name, source, settings, log, loops.ticker(), random, null, Tracing.NONE, null));
    }

    /**
     * Replaces, adds and removes sources, all at once for those who look them up.
     *
     * <p>A watch of a source that is replaced goes on under the new definition: its clients get the next change that this tells,
     * by the rules that they came with. Where the new definition has other parameters, or statuses are pushed from now on and were
     * polled before, or the other way round, the streams end without an event, and clients that reconnect get what holds then. A
     * source that is removed ends as a status does that its source knows no more.
     *
     * @param changes at most one for each name; what they name is there, or is not, as they say
     * @param rights changes who may see what, at the moment when nobody can use the old sources any more and nobody has the new
     *     ones; must neither throw nor block
     * @throws IllegalArgumentException if a name is not allowed; then nothing is changed
     */
    public void change(List<SourceChange> changes, Runnable rights) {
        changes.forEach(change -> Sources.requireName(change.name()));
        List<Runnable> later = new ArrayList<>();
        synchronized (changing) {
            edition.incrementAndGet();
            Map<String, RegisteredSource> next = new LinkedHashMap<>();
            for (SourceChange change : changes) {
                RegisteredSource source = changed(change, later);
                if (source != null) {
                    next.put(change.name(), source);
                }
            }
            rights.run();
            for (SourceChange change : changes) {
                RegisteredSource source = next.get(change.name());
                if (source == null) {
                    sources.remove(change.name());
                } else {
                    sources.put(change.name(), source);
                }
            }
            edition.incrementAndGet();
        }
        later.forEach(Statuses::runSafely);
    }

    /** One that fails must not keep the others from being done: the change has been made. */
    private static void runSafely(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A status did not take the new definition of its source well", e);
        }
    }

    /** Takes what there is out of use; gives what takes its place. */
    private @Nullable RegisteredSource changed(SourceChange change, List<Runnable> later) {
        RegisteredSource before = sources.find(change.name());
        SourceDefinition next = change.next();
        if (next == null) {
            if (before != null) {
                before.remove(true, later);
            }
            return null;
        }
        boolean isSameKind = before != null && before.isPushed() == (next.polled() == null);
        if (before != null && !isSameKind) {
            before.remove(false, later);
        }
        RegisteredSource heir = isSameKind ? before : null;
        RegisteredSource made = next.polled() == null
                ? pushed(change.name(), next.settings(), heir)
                : polled(change.name(), next.polled(), next.settings(), heir);
        if (heir != null) {
            made.takeOver(heir, next.tellsTheSame(), later);
        }
        return made;
    }

    /**
     * Does something that is right only while no source changes; again, if one did meanwhile.
     *
     * @param step has no effect but its result
     */
    public <T> T unchanged(Supplier<T> step) {
        while (true) {
            long before = settledEdition();
            T result = step.get();
            if (edition.get() == before) {
                return result;
            }
        }
    }

    private long settledEdition() {
        synchronized (changing) {
            return edition.get();
        }
    }

    /**
     * Does something with sources that it looks up; again, if one of them was replaced before it was done with it.
     *
     * @param step throws {@link SourceReplaced} before it has had any effect
     */
    public <T extends @Nullable Object> T current(Supplier<T> step) {
        while (true) {
            try {
                return step.get();
            } catch (SourceReplaced e) {
                settledEdition(); // the change that replaced it is complete then
            }
        }
    }

    /**
     * A source as it is now.
     *
     * @throws UnknownSource if there is none of this name
     */
    public SourceView source(String name) {
        return new SourceView(sources.get(name), log, loops.ticker());
    }

    /** The names of all sources but the server's own. */
    public SortedSet<String> names() {
        return sources.names();
    }

    /**
     * The settings of a source.
     *
     * @throws UnknownSource if there is none of this name
     */
    public SourceSettings settings(String name) {
        return sources.get(name).settings();
    }

    /**
     * Calls {@code listener} with the name of each source: now for those that are there, later for those that are added; twice
     * for one that is added at this moment.
     */
    public void onSource(Consumer<String> listener) {
        sources.onSource(listener);
    }

    /** Calls {@code listener} with the name of each source that is removed. */
    public void onRemoved(Consumer<String> listener) {
        sources.onRemoved(listener);
    }

    /**
     * What a source has been asked, and who is interested.
     *
     * @throws UnknownSource if there is none of this name
     */
    public SourceStats stats(String name) {
        return sources.get(name).stats();
    }

    /** What the log that carries all status streams holds and has done. */
    public HubStats logStats() {
        return log.stats();
    }

    /** How many statuses are watched at present, of all sources. */
    public int watches() {
        return sources.all().stream()
                .mapToInt(source -> source.watches().size())
                .sum();
    }

    /**
     * The status that a query names.
     *
     * @param query names and values as they were given, decoded; reserved names are passed over
     * @throws UnknownSource if there is no source of this name
     * @throws ParamsRefused if a parameter is unknown, missing, repeated, empty, too long, or does not match its pattern
     */
    public StatusUrl url(String name, Map<String, List<String>> query) {
        return sources.get(name).url(query);
    }

    /**
     * What a client wants of a status beside its parameters.
     *
     * @param query names and values as they were given, decoded; names that are not reserved are passed over
     * @throws UnknownSource if there is no source of this name
     * @throws ParamsRefused if a value can't be used
     */
    public StreamOptions options(String name, Map<String, List<String>> query) {
        return source(name).options(query);
    }

    /** The watches of a source, in the order of their URLs. */
    public List<WatchInfo> watches(String name) {
        return source(name).watches();
    }

    /** Whether a topic is the URL of a status that is pushed. */
    public boolean isPushedTopic(String topic) {
        if (!topic.startsWith(StatusUrl.PREFIX)) {
            return false;
        }
        int query = topic.indexOf('?');
        String name = topic.substring(StatusUrl.PREFIX.length(), query < 0 ? topic.length() : query);
        RegisteredSource source = sources.find(name);
        return source != null && source.isPushed();
    }

    /** Whether statuses of a source are pushed, not polled. */
    public boolean isPushed(String name) {
        return sources.get(name).isPushed();
    }

    /**
     * A client that wants the stream of a status.
     *
     * @param lastEventId what the client sent as {@code Last-Event-ID}; null if it sent none
     * @throws IllegalStateException if the service is closed
     */
    public Joining joining(StatusUrl url, StreamOptions options, @Nullable String lastEventId) {
        return source(url.source()).joining(url, options, lastEventId);
    }

    /** What a client with the source's own rules is answered; see {@link Joining#admission}. */
    public CompletionStage<Admission> admit(StatusUrl url, @Nullable String lastEventId) {
        return admit(url, StreamOptions.of(settings(url.source())), lastEventId);
    }

    /** What a client is answered; see {@link Joining#admission}. */
    public CompletionStage<Admission> admit(StatusUrl url, StreamOptions options, @Nullable String lastEventId) {
        return joining(url, options, lastEventId).admission();
    }

    /** Opens a stream with the source's own rules; otherwise like the other method. */
    public void join(StatusUrl url, @Nullable String lastEventId, Outlet outlet, Consumer<CloseReason> onClose) {
        join(url, StreamOptions.of(settings(url.source())), lastEventId, outlet, onClose);
    }

    /** Opens a stream, whatever {@link #admit} would say; see {@link Joining#join}. If the gateway is closed it ends at once. */
    public void join(
            StatusUrl url,
            StreamOptions options,
            @Nullable String lastEventId,
            Outlet outlet,
            Consumer<CloseReason> onClose) {
        RegisteredSource source = sources.get(url.source());
        if (source.watches().isClosed()) {
            log.sendAndEnd(outlet, List.of(EventEncoder.opening(source.retryAfterFull())), onClose);
            return;
        }
        joining(url, options, lastEventId).join(outlet, options.permit(), onClose);
    }

    /** When a client that was refused because of {@link Admission#FULL} is to reconnect. */
    public Duration retryAfterFull(StatusUrl url) {
        return sources.get(url.source()).retryAfterFull();
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
        return source(url.source()).snapshot(url, options);
    }

    /**
     * Sets a pushed status. Its watchers get an {@code update} if it differs from the last one; and {@code end}, if
     * it meets the end condition. A status that has ended begins anew.
     *
     * <p>While the history is slow, those that wait for it are bounded, and of several for one status only the newest is kept.
     *
     * @return completes once the status, or a newer one that took its place, is kept and clients get it. Completes exceptionally
     *     if it was not kept, and then nobody gets it: with {@link HistoryUnavailable} if it may be later, with {@link
     *     PublicationTooLarge} if it never will; or with {@link OutcomeUnknown} if nobody knows whether it was kept, and
     *     clients may get it yet
     * @throws UnknownSource if there is no source of this name
     * @throws ParamsRefused if the parameters are not those of the source
     * @throws TooManyWatches if the source has reached its limit of watches
     * @throws IllegalArgumentException if the source is polled, or the status is nested too deep
     * @throws IllegalStateException if the service is closed
     */
    public CompletionStage<Void> set(String name, Map<String, String> params, JsonValue status) {
        return set(name, params, status, null);
    }

    /** Sets a pushed status in a trace, null for none; otherwise like the other method. See {@link Hub#traceOf}. */
    public CompletionStage<Void> set(
            String name, Map<String, String> params, JsonValue status, @Nullable TraceContext trace) {
        return current(() -> setNow(name, params, status, trace));
    }

    private CompletionStage<Void> setNow(
            String name, Map<String, String> params, JsonValue status, @Nullable TraceContext trace) {
        RegisteredSource source = requirePushed(name);
        StatusUrl url = urlOf(source, params);
        Newest next;
        try {
            next = Newest.of(status, source.settings());
        } catch (SourceFailure e) {
            throw new IllegalArgumentException("the status is nested too deep", e);
        }
        return pushed.set(source, url, next, trace);
    }

    /**
     * Ends a pushed status: its watchers get {@code end} with the last one set, and the streams end.
     *
     * @return completes with whether there was one that had not ended before; exceptionally if the end was not kept, or
     *     nobody knows whether it was, as {@link #set} does; and with {@link SourceFailure} if it can't be told whether there is one
     * @throws UnknownSource if there is no source of this name
     * @throws ParamsRefused if the parameters are not those of the source
     * @throws IllegalArgumentException if the source is polled
     */
    public CompletionStage<Boolean> end(String name, Map<String, String> params) {
        return end(name, params, null);
    }

    /** Ends a pushed status in a trace, null for none; otherwise like the other method. */
    public CompletionStage<Boolean> end(String name, Map<String, String> params, @Nullable TraceContext trace) {
        StatusUrl url = urlOf(requirePushed(name), params);
        return pushed.end(
                url,
                trace,
                () -> current(() -> {
                    RegisteredSource source = requirePushed(name);
                    return source.watches().look(url, source.watched());
                }));
    }

    /** The context in which a request sets or ends a status; see {@link Hub#traceOf}. */
    public @Nullable TraceContext traceOf(Function<String, @Nullable String> header) {
        return kept == null ? null : kept.traceOf(header);
    }

    private RegisteredSource requirePushed(String name) {
        RegisteredSource source = sources.get(name);
        if (!source.isPushed()) {
            throw new IllegalArgumentException(
                    "the status source '" + name + "' is polled; only a pushed one can be set and ended");
        }
        return source;
    }

    private static StatusUrl urlOf(RegisteredSource source, Map<String, String> params) {
        Map<String, List<String>> query = new HashMap<>();
        params.forEach((param, value) -> query.put(param, List.of(value)));
        return source.url(query);
    }

    /** Stops all polls. Streams that are open end with the writer loops. */
    @Override
    public void close() {
        sources.all().forEach(RegisteredSource::close);
        SharedPolls polls = shared;
        if (polls != null) {
            polls.close();
        }
        log.close();
    }
}
