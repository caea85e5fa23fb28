package dev.fanfare.cluster.redis;

import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.history.Epoch;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.SharedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/*
 * Three connections, each with a thread of its own:
 *
 *   [fanfare-redis-append]  EVALSHA append, then WAIT for replicas
 *   [fanfare-redis-follow]  XREAD, see RedisFollowing
 *   [fanfare-redis]         each second: has the log another epoch, or less than is known? then trimming; pages in between
 *
 * The third one notices what breaks no connection: FLUSHALL, or a restore from a backup. Whoever of the three finds the log not
 * to be what it was runs the script `attach`, which decides in one step, for all nodes alike, whether a new life begins.
 */
/**
 * A log in a Redis or Valkey. Thread-safe.
 *
 * <p>{@link #attach} fails with {@link HistoryRefused} if the engine is not set to keep what the settings promise.
 */
public final class RedisSharedLog implements SharedLog {
    private static final System.Logger LOG = System.getLogger(RedisSharedLog.class.getName());
    private static final String LAYOUT = "1";
    private static final long BEAT_MS = 1000;
    private static final int MOST_RENEWALS = 3;
    private static final long MOST_PUBLICATION_BYTES = 64 << 20;
    private static final long ENDING_MS = 1000;

    private final ClusterSettings settings;
    private final RedisConnector connector;
    private final RedisKeys keys;
    private final RedisScript attach = RedisScript.load("attach.lua");
    private final RedisScript append;
    private final RedisTrimming trimming;
    private final LogReading reading;
    private final long mostBytes;
    private final String node = Epoch.create();
    private final Knowledge knowledge = new Knowledge();

    private final RedisLine appending;
    private final RedisLine keeping;

    private final AtomicReference<@Nullable RedisFollowing> following = new AtomicReference<>();
    private final AtomicReference<@Nullable String> awayFault =
            new AtomicReference<>("the shared log has not been met yet");
    private final AtomicReference<@Nullable String> appendFault = new AtomicReference<>();
    private volatile ReplicaWait replicas;
    private volatile boolean attached;
    private volatile boolean closed;

    /**
     * A log that is not connected yet.
     *
     * @param bounds how much the log keeps
     */
    public RedisSharedLog(ClusterSettings settings, HistorySettings bounds) {
        this(settings, bounds, RedisScript.load("append.lua"));
    }

    /** With another script, for tests that need one that does less. */
    RedisSharedLog(ClusterSettings settings, HistorySettings bounds, RedisScript append) {
        requireClient();
        this.settings = settings;
        this.append = append;
        this.connector = new RedisConnector(settings);
        this.keys = RedisKeys.of(settings.name());
        this.trimming = new RedisTrimming(keys, bounds);
        this.reading = new LogReading(keys);
        this.replicas = new ReplicaWait(settings, false);
        this.mostBytes = Math.min(bounds.maxBytes(), MOST_PUBLICATION_BYTES);
        this.appending = new RedisLine("fanfare-redis-append", connector, this::greet);
        this.keeping = new RedisLine("fanfare-redis", connector, this::greet);
    }

    private static void requireClient() {
        try {
            Class.forName("redis.clients.jedis.Connection");
        } catch (ClassNotFoundException | LinkageError e) {
            throw new HistoryRefused(
                    "fanfare.cluster.url needs the library redis.clients:jedis, with what it depends on; it is in"
                            + " fanfare.jar, and an application or a server has to bring it",
                    e);
        }
    }

    @Override
    public CompletionStage<Stand> attach(Known known) {
        return keeping.run(
                link -> {
                    try {
                        new RedisCheck(connector.url(), settings).check(link);
                        replicas = new ReplicaWait(settings, RedisCheck.hasWaitAof(link));
                        knowledge.bring(known);
                        Stand stand = meet(link);
                        trimming.compareBounds(link);
                        if (!attached) {
                            attached = true;
                            keeping.repeat(this::beat, BEAT_MS);
                        }
                        awayFault.set(null);
                        return stand;
                    } catch (RedisError e) {
                        throw refused(e);
                    } catch (RedisAway e) {
                        awayFault.set(inWords(e));
                        throw new HistoryUnavailable(String.valueOf(e.getMessage()), e);
                    }
                },
                error -> error instanceof HistoryRefused ? error : RedisLine.unavailable(error));
    }

    /**
     * Looks whether the engine can be reached and will do, and whether the keys of the cluster are free or hold a log that can be
     * read. Nothing is written. Blocks for seconds at most.
     *
     * @throws HistoryRefused as {@link #attach}
     * @throws HistoryUnavailable if it can't be reached
     */
    public void check() {
        try (RedisLink link = connector.open()) {
            new RedisCheck(connector.url(), settings).check(link);
            RedisCheck.requireOwn(link, keys, LAYOUT);
        } catch (RedisError e) {
            throw refused(e);
        } catch (RedisAway e) {
            throw new HistoryUnavailable(String.valueOf(e.getMessage()), e);
        }
    }

    private RuntimeException refused(RedisError e) {
        String at = "fanfare.cluster.url: the Redis at " + connector.url();
        return switch (e.code()) {
            case "NOAUTH", "WRONGPASS" -> RedisConnector.wrongPassword(connector.hasPassword(), e);
            case "MOVED" ->
                new HistoryRefused(
                        at + " is one of a Redis Cluster and does not hold the keys of fanfare.cluster.name "
                                + settings.name() + "; name the node that does (\"" + e.getMessage() + "\")",
                        e);
            case "NOPERM" -> new HistoryRefused(at + " does not let this user do what is needed: " + e.getMessage(), e);
            case "FOREIGN", "VERSION" -> new HistoryRefused(at + ": " + e.getMessage(), e);
            default -> new HistoryUnavailable("The Redis at " + connector.url() + " refused: " + e.getMessage(), e);
        };
    }

    /**
     * A new connection may lead to another run of the engine, or another machine, which may have lost what nobody here has seen:
     * so it is not appended to, and not read, before the log was met there.
     */
    private void greet(RedisLink link) {
        if (attached) {
            meet(link);
        }
    }

    /** Runs the script that says where the log stands, and begins what has to be begun. */
    Stand meet(RedisLink link) {
        return meet(link, "", 0);
    }

    /**
     * The same, where the log was found not to be what it was.
     *
     * @param brokenEpoch the epoch that it has nevertheless; empty for none
     * @param missingUpTo the position up to which events are missing, and all are let go of; 0 for none
     */
    Stand meet(RedisLink link, String brokenEpoch, long missingUpTo) {
        Known known = knowledge.known();
        List<Life> lives = known.lives();
        boolean mayLose = settings.durability() == Durability.RELAXED
                || settings.replicas() > 0
                || connector.url().master() != null;
        List<?> answer = attach.run(
                link,
                keys.all(),
                List.of(
                        known.head(),
                        lives.isEmpty() ? "" : lives.get(lives.size() - 1).epoch(),
                        LivesText.write(lives),
                        Epoch.create(),
                        JUMP,
                        MOST_LIVES,
                        mayLose ? 1 : 0,
                        ChainBase.create(),
                        brokenEpoch,
                        LAYOUT,
                        missingUpTo));
        String status = RedisLink.text(answer.get(0));
        if (status.equals("FOREIGN")) {
            throw RedisCheck.foreign(RedisLink.text(answer.get(1)), RedisLink.text(answer.get(2)));
        }
        if (status.equals("VERSION")) {
            throw RedisCheck.otherLayout(RedisLink.text(answer.get(1)), LAYOUT);
        }
        Stand stand = new Stand(
                LivesText.read(RedisLink.text(answer.get(1))),
                RedisLink.number(answer.get(2)),
                RedisLink.number(answer.get(3)));
        hear(stand);
        return stand;
    }

    private void hear(Stand stand) {
        Known before = knowledge.known();
        if (knowledge.hear(stand) && !before.lives().isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The shared log has a new life, which begins at position {0}: Redis was emptied, restored or replaced."
                            + " Clients that may have missed something get a gap",
                    Long.toString(stand.life().from()));
        }
    }

    /** Where the log stands, without beginning anything; empty if it is not what it was. */
    Optional<Stand> look(RedisLink link) {
        List<?> found = RedisLink.list(link.call("HMGET", keys.meta(), "l", "k", "h"));
        if (found.get(0) == null) {
            return Optional.empty();
        }
        Stand stand = new Stand(
                LivesText.read(RedisLink.text(found.get(0))),
                RedisLink.number(found.get(1)),
                RedisLink.number(found.get(2)));
        Known known = knowledge.known();
        if (!stand.lives().equals(known.lives()) || stand.head() < known.head()) {
            return Optional.empty();
        }
        knowledge.hear(stand);
        return Optional.of(stand);
    }

    private void beat() {
        try {
            RedisLink link = keeping.link();
            if (look(link).isEmpty()) {
                meet(link);
            }
            trimming.round(link);
            awayFault.set(null);
        } catch (RedisAway | RedisError | HistoryRefused e) {
            String words = inWords(e);
            if (!closed && !words.equals(awayFault.getAndSet(words))) {
                LOG.log(System.Logger.Level.WARNING, "The shared log can''t be reached: {0}", e.getMessage());
            }
        } catch (RuntimeException | Error e) { // a bug; the next beat tries again
            LOG.log(System.Logger.Level.ERROR, "The shared log could not be looked at", e);
        }
    }

    /** What readiness says: without names of hosts, which the node's log has. */
    static String inWords(RuntimeException e) {
        if (e instanceof RedisError error) {
            return "Redis refuses (" + error.code() + ")";
        }
        return e instanceof HistoryRefused
                ? "Redis is there and is refused; this node's log says why"
                : "Redis can't be reached";
    }

    @Override
    public CompletionStage<List<Outcome>> append(long sequence, List<Publication> batch) {
        List<Publication> sent =
                batch.stream().filter(each -> each.bytes() <= mostBytes).toList();
        return sent.isEmpty()
                ? CompletableFuture.completedStage(withTooLarge(batch, List.of()))
                : appending.run(link -> withTooLarge(batch, appendNow(link, sequence, sent)));
    }

    private List<Outcome> withTooLarge(List<Publication> batch, List<Outcome> answered) {
        List<Outcome> all = new ArrayList<>(batch.size());
        int next = 0;
        for (Publication each : batch) {
            all.add(each.bytes() <= mostBytes ? answered.get(next++) : new TooLarge(each.bytes(), mostBytes));
        }
        return all;
    }

    private List<Outcome> appendNow(RedisLink link, long sequence, List<Publication> batch) {
        try {
            List<Outcome> outcomes = appendWhereItIsNow(link, sequence, batch);
            appendFault.set(null);
            return outcomes;
        } catch (RedisAway e) {
            appendFault.set(inWords(e));
            throw new OutcomeUnknown(String.valueOf(e.getMessage()), e);
        } catch (RedisError e) {
            appendFault.set(inWords(e));
            throw new HistoryUnavailable("Redis refuses to append: " + e.getMessage(), e);
        }
    }

    private List<Outcome> appendWhereItIsNow(RedisLink link, long sequence, List<Publication> batch) {
        for (int i = 0; i < MOST_RENEWALS; i++) {
            Known known = knowledge.known();
            if (known.lives().isEmpty()) {
                throw new RedisError("UNATTACHED the log has not been met yet");
            }
            String epoch = known.lives().get(known.lives().size() - 1).epoch();
            List<?> answer =
                    append.run(link, keys.all(), AppendCall.arguments(epoch, known.head(), node, sequence, batch));
            switch (RedisLink.text(answer.get(0))) {
                case "OK" -> {
                    awaitReplicas(link);
                    List<Outcome> outcomes =
                            AppendCall.outcomes(batch, RedisLink.number(answer.get(1)), (byte[]) answer.get(2));
                    see(batch, outcomes);
                    return outcomes;
                }
                case "EPOCH", "BEHIND" -> meet(link);
                default ->
                    throw new IllegalStateException("sequence " + sequence + " of this node is older than "
                            + RedisLink.text(answer.get(1)) + ", which the log has seen");
            }
        }
        throw new RedisError("UNSTEADY the log changed again and again");
    }

    private void see(List<Publication> batch, List<Outcome> outcomes) {
        for (int i = 0; i < batch.size(); i++) {
            int records = batch.get(i).records().size();
            if (outcomes.get(i) instanceof Appended appended && records > 0) {
                knowledge.see(appended.first() + records - 1);
            }
        }
    }

    private void awaitReplicas(RedisLink link) {
        ReplicaWait wait = replicas;
        wait.tooFew(link).ifPresent(have -> {
            appendFault.set(have + " replicas have what was appended" + wait.where() + " (fanfare.cluster.replicas)");
            throw new OutcomeUnknown("The events are in the log, and " + have + " replicas have them" + wait.where()
                    + " (fanfare.cluster.replicas)");
        });
    }

    @Override
    public AutoCloseable follow(long after, Follower follower) {
        RedisFollowing started = new RedisFollowing(this, after, follower);
        if (!following.compareAndSet(null, started)) {
            throw new IllegalStateException("The log is followed already; end that first");
        }
        started.start();
        return () -> {
            started.close();
            following.compareAndSet(started, null);
        };
    }

    RedisConnector connector() {
        return connector;
    }

    RedisKeys keys() {
        return keys;
    }

    Knowledge knowledge() {
        return knowledge;
    }

    @Override
    public CompletionStage<Stretch> read(long after, int mostEvents, long mostBytes) {
        return keeping.run(link -> {
            try {
                return reading.read(link, after, mostEvents, mostBytes);
            } catch (RedisError e) {
                throw new HistoryUnavailable("Redis refuses to be read: " + e.getMessage(), e);
            }
        });
    }

    @Override
    public Optional<Stand> stand() {
        return knowledge.stand();
    }

    @Override
    public Optional<String> fault() {
        String away = awayFault.get();
        return Optional.ofNullable(away != null ? away : appendFault.get());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        RedisFollowing open = following.get();
        if (open != null) {
            open.close();
        }
        appending.close();
        keeping.close();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ENDING_MS);
        try {
            appending.awaitEnd(until);
            keeping.awaitEnd(until);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
