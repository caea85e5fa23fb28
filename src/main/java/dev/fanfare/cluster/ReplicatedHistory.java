package dev.fanfare.cluster;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.history.Epoch;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.log.AppendOvertaken;
import dev.fanfare.log.EventRecord;
import dev.fanfare.log.Follower;
import dev.fanfare.log.History;
import dev.fanfare.log.HistoryStats;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.LocalCopy;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.Page;
import dev.fanfare.log.PublicationTooLarge;
import dev.fanfare.log.Receipts;
import dev.fanfare.log.SharedLog;
import dev.fanfare.log.SharedLog.Life;
import dev.fanfare.log.SharedLog.Outcome;
import dev.fanfare.log.SharedLog.Publication;
import dev.fanfare.log.SharedLog.Stand;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 *   append()  -> GroupAppend -> SharedLog                      answered when the log has it
 *                               SharedLog -> Tailer -> LogCopy -> Progress: dispatch, on every node
 *   read(), find(), last() -> LogCopy                          never the engine
 */
/**
 * A node's history where several nodes share one log: it appends to the log, and reads its own copy, which follows the log.
 * Thread-safe; no method blocks.
 */
public final class ReplicatedHistory implements History, Receipts {
    private static final System.Logger LOG = System.getLogger(ReplicatedHistory.class.getName());
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
    /** A cursor farther ahead than other nodes can be is of no node. */
    private static final long FARTHEST_AHEAD = 1 << 20;

    /**
     * How this node stands to the log.
     *
     * @param lag how many events of the log are not here yet, as of about a second ago
     * @param lives how many lives of the log this node knows
     * @param appends what was appended
     */
    public record LogStats(boolean isUp, boolean isReady, long head, long lag, int lives, GroupAppend.Stats appends) {}

    private final SharedLog log;
    private final LocalCopy local;
    private final LogCopy copy;
    private final Ticker ticker;
    private final GroupAppend appends;
    private final Tailer tailer;
    private final Progress progress;
    private final ThreadPoolExecutor done;
    private final String provisional = Epoch.create();
    private volatile boolean attached;
    private volatile @Nullable String attachFault;
    private volatile boolean closed;
    private volatile @Nullable AutoCloseable following;
    private volatile Ticker.@Nullable Alarm alarm;

    /**
     * A history that reads what the copy has already. It meets the log on {@link #start}.
     *
     * @param local this node's copy, closed with this
     * @param timeout how long a publisher waits for an engine that is away
     */
    public ReplicatedHistory(SharedLog log, LocalCopy local, Ticker ticker, Duration timeout) {
        this.log = log;
        this.local = local;
        this.ticker = ticker;
        this.copy = new LogCopy(local);
        this.done = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread completer = new Thread(task, "fanfare-log-done");
            completer.setDaemon(true);
            return completer;
        });
        done.allowCoreThreadTimeOut(true);
        this.appends = new GroupAppend(log, ticker, timeout, done);
        this.progress = new Progress(copy, ticker, LONGEST_WAIT);
        this.tailer = new Tailer(copy, progress, ticker);
    }

    /**
     * Begins to follow the log, as soon as it can be reached; {@link #follow} comes before. To be called once.
     *
     * @return completes once the log has been met; exceptionally if it answered that it will not do, with {@link
     *     HistoryRefused}; it is asked again all the same
     */
    public CompletionStage<Void> start() {
        CompletableFuture<Void> met = new CompletableFuture<>();
        attach(met);
        alarm = ticker.schedule(EVERY, this::look);
        return met;
    }

    private void attach(CompletableFuture<Void> met) {
        if (closed) {
            return;
        }
        log.attach(copy.known()).whenComplete((stand, error) -> {
            if (stand != null) {
                attachFault = null;
                met.complete(null);
                takeOver(stand).whenComplete((taken, failed) -> {
                    if (failed == null) {
                        begin(stand);
                        return;
                    }
                    LOG.log(System.Logger.Level.WARNING, "This node's copy of the log can't be written", failed);
                    ticker.schedule(EVERY, () -> attach(met));
                });
                return;
            }
            Throwable cause =
                    error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
            String words = cause instanceof HistoryRefused
                    ? "the engine of the shared log is refused; this node's log says why"
                    : "the shared log has not been reached yet";
            // Whoever waits for the start says it, once.
            boolean isTold = cause instanceof HistoryRefused && met.completeExceptionally(cause);
            if (!isTold && !words.equals(attachFault)) {
                warn(cause);
            }
            attachFault = words;
            ticker.schedule(EVERY, () -> attach(met));
        });
    }

    /** These two say all in words. */
    private static void warn(Throwable cause) {
        if (cause instanceof HistoryRefused || cause instanceof HistoryUnavailable) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The shared log can''t be used and is tried each second: {0}",
                    cause.getMessage());
        } else {
            LOG.log(System.Logger.Level.WARNING, "The shared log can't be used; it is tried each second", cause);
        }
    }

    /** A copy of another log begins anew, with all that this one has. */
    private CompletionStage<Void> takeOver(Stand stand) {
        boolean isOther = copy.isMet() && stand.lives().stream().allMatch(life -> copy.life(life.epoch()) == null);
        return isOther ? copy.beginAfter(stand.keptAfter(), stand.lives()) : CompletableFuture.completedStage(null);
    }

    private void begin(Stand stand) {
        progress.aimAt(stand.head());
        attached = true;
        AutoCloseable begun = log.follow(copy.isMet() ? copy.head() : stand.keptAfter(), tailer);
        following = begun;
        if (closed) {
            end(begun);
        }
    }

    /** What is looked at each second. */
    private void look() {
        if (closed) {
            return;
        }
        alarm = ticker.schedule(EVERY, this::look);
        log.stand().ifPresent(stand -> {
            copy.letGo(stand.keptAfter());
            progress.aimAt(stand.head());
        });
    }

    @Override
    public void follow(Follower next) {
        progress.follow(next);
    }

    // Appending.

    @Override
    public CompletionStage<Long> append(List<Event> events) {
        return appendOnce(events, Long.MAX_VALUE);
    }

    @Override
    public CompletionStage<Long> appendOnce(List<Event> events, long seen) {
        return append(events, seen, null, "").thenApply(outcome -> first(outcome, events));
    }

    @Override
    public CompletionStage<Long> append(List<Event> events, String key, String content) {
        return appendOnce(events, Long.MAX_VALUE, key, content).thenApply(Receipt::first);
    }

    @Override
    public CompletionStage<Receipt> appendOnce(List<Event> events, long seen, String key, String content) {
        return append(events, seen, key, content)
                .thenApply(outcome -> outcome instanceof SharedLog.Remembered known
                        ? new Receipt(known.content(), known.first())
                        : new Receipt(content, first(outcome, events)));
    }

    /** Nothing: the log itself decides, when it is appended, whether a key is known. */
    @Override
    public CompletionStage<Optional<Receipt>> find(String key) {
        return CompletableFuture.completedStage(Optional.empty());
    }

    private CompletionStage<Outcome> append(List<Event> events, long seen, @Nullable String key, String content) {
        if (closed) {
            return CompletableFuture.failedStage(
                    new IllegalStateException("The history is closed; it takes no more events"));
        }
        if (!attached) {
            return CompletableFuture.failedStage(
                    new HistoryUnavailable("This node has not reached the shared log yet (fanfare.cluster.url)"));
        }
        List<byte[]> records = new ArrayList<>(events.size());
        List<String> ids = new ArrayList<>(0);
        for (Event event : events) {
            records.add(EventRecord.encode(event));
            EventId id = event.id();
            if (id != null && !ids.contains(id.value())) {
                ids.add(id.value());
            }
        }
        return appends.append(new Publication(records, ids, seen, key, content));
    }

    private static long first(Outcome outcome, List<Event> events) {
        if (outcome instanceof SharedLog.Appended appended) {
            return appended.first();
        }
        if (outcome instanceof SharedLog.TooLarge large) {
            throw new PublicationTooLarge(large.bytes(), large.mostBytes());
        }
        if (outcome instanceof SharedLog.Overtaken overtaken) {
            throw new AppendOvertaken(overtaken.position());
        }
        throw new IllegalStateException(events.size() + " events without a key were remembered: " + outcome);
    }

    // Reading.

    @Override
    public String epoch() {
        return epochAt(head());
    }

    @Override
    public String epochAt(long position) {
        String epoch = position > copy.head() ? newestEpochOf(position) : copy.epochOf(position);
        return epoch == null ? provisional : epoch;
    }

    /** A publisher may be answered before this node's follower hears of a new life. */
    private @Nullable String newestEpochOf(long position) {
        Optional<Stand> stand = log.stand();
        return stand.isPresent() ? Places.epochOf(stand.get().lives(), position) : copy.epochOf(position);
    }

    @Override
    public long head() {
        return copy.head();
    }

    @Override
    public long keptAfter() {
        return copy.keptAfter();
    }

    @Override
    public long before(long newest) {
        return copy.before(newest);
    }

    @Override
    public CompletionStage<Void> ready() {
        if (progress.isReady()) {
            return CompletableFuture.completedStage(null);
        }
        return progress.ready().thenAccept(isNow -> {
            if (!isNow) {
                throw new HistoryUnavailable("This node has not caught up with the shared log yet");
            }
        });
    }

    /** A client may come from a node that is ahead of this one; its position is waited for. */
    @Override
    public CompletionStage<Boolean> has(String epoch, long position) {
        Life life = copy.life(epoch);
        if (life == null || position < life.from() - 1 || position > life.lostAfter()) {
            return CompletableFuture.completedStage(false);
        }
        long reached = progress.told();
        if (position <= reached) {
            return CompletableFuture.completedStage(true);
        }
        if (position - reached > FARTHEST_AHEAD) {
            return CompletableFuture.completedStage(false);
        }
        return progress.reached(position)
                .thenCompose(isThere -> isThere ? has(epoch, position) : CompletableFuture.completedStage(false));
    }

    @Override
    public CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
        return copy.read(after, selectors, maxEvents);
    }

    @Override
    public CompletionStage<OptionalLong> find(EventId id, Predicate<Event> known) {
        return progress.isReady() ? copy.find(id, known) : ready().thenCompose(now -> copy.find(id, known));
    }

    @Override
    public CompletionStage<Optional<LogEntry>> last(Topic topic) {
        return progress.isReady() ? copy.last(topic) : ready().thenCompose(now -> copy.last(topic));
    }

    @Override
    public CompletionStage<Optional<LogEntry>> last(Topic topic, long upTo) {
        return progress.isReady() ? copy.last(topic, upTo) : ready().thenCompose(now -> copy.last(topic, upTo));
    }

    // How it is.

    @Override
    public boolean isShared() {
        return true;
    }

    /** Of the copy; what ails the log does not keep clients from reading, see {@link #logFault}. */
    @Override
    public Optional<String> fault() {
        return local.fault();
    }

    @Override
    public Optional<String> broken() {
        return local.broken();
    }

    /** Whether this node has caught up with the log once, so that clients may come. */
    public boolean isReady() {
        return progress.isReady() && tailer.broken() == null;
    }

    /** Why the log can't be followed or appended to at present, in words for anyone; empty while it can. */
    public Optional<String> logFault() {
        String fault = attached ? tailer.fault() : attachFault;
        if (fault == null) {
            fault = log.fault().orElse(null);
        }
        if (fault == null && !progress.isReady()) {
            fault = "this node has not caught up with the shared log yet";
        }
        return Optional.ofNullable(fault);
    }

    /** How this node stands to the log. */
    public LogStats logStats() {
        long head = copy.head();
        long lag = log.stand().map(stand -> Math.max(0, stand.head() - head)).orElse(0L);
        return new LogStats(
                logFault().isEmpty(), isReady(), head, lag, copy.lives().size(), appends.stats());
    }

    @Override
    public HistoryStats stats() {
        return local.stats();
    }

    @Override
    public void close() {
        closed = true;
        Ticker.Alarm looking = alarm;
        if (looking != null) {
            looking.cancel();
        }
        tailer.close();
        AutoCloseable begun = following;
        if (begun != null) {
            end(begun);
        }
        appends.close();
        log.close();
        local.close();
        done.shutdown();
    }

    private static void end(AutoCloseable following) {
        try {
            following.close();
        } catch (Exception e) {
            LOG.log(System.Logger.Level.DEBUG, "Following the shared log did not end well", e);
        }
    }
}
