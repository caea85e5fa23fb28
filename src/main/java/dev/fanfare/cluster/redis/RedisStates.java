package dev.fanfare.cluster.redis;

import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.SharedStates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * Keys, all in one slot; see docs/reference/redis.md:
 *
 *   {NAME}:node:NODE     there while the node lives; expires after the lease
 *   {NAME}:w:KEY         hash: o owner, g generation, n number of what was told last, v value, s its stamp, f when it was last
 *                        said to hold (ms, by the engine's clock), e note, es its stamp
 *   {NAME}:states        stream of what is told, the newest 10,000 or so; positions count up by one
 *   {NAME}:states-meta   hash: g generation given last, n position given last
 *
 * Two connections: [fanfare-redis-states] for scripts, [fanfare-redis-hear] for RedisHearing.
 */
/** Values that nodes look after for one another, in a Redis or Valkey. Thread-safe. */
public final class RedisStates implements SharedStates {
    /** Most entries of the stream, about. A node that is farther behind looks at the values themselves. */
    private static final int MOST_ENTRIES = 10_000;

    /** Larger values are not in the stream, which is bounded by its entries: who wants them reads them. */
    private static final int MOST_INLINE = 4096;

    /** Longer than any period of polls, which touch what they keep. */
    private static final long KEPT_MS = Duration.ofDays(2).toMillis();

    /** For whoever comes next to go on where the owner before was. */
    private static final long KEPT_FREE_MS = Duration.ofMinutes(1).toMillis();

    private final Keys keys;
    private final long leaseMs;
    private final RedisConnector connector;
    private final RedisLine asking;
    private final RedisScript beat = RedisScript.load("states-beat.lua");
    private final RedisScript claim = RedisScript.load("states-claim.lua");
    private final RedisScript tell = RedisScript.load("states-tell.lua");
    private final RedisScript fresh = RedisScript.load("states-fresh.lua");
    private final RedisScript free = RedisScript.load("states-free.lua");
    private final AtomicReference<@Nullable RedisHearing> hearing = new AtomicReference<>();

    /** The keys of a cluster. */
    record Keys(String nodes, String values, String stream, String meta) {
        static Keys of(String name) {
            String prefix = "{" + name + "}:";
            return new Keys(prefix + "node:", prefix + "w:", prefix + "states", prefix + "states-meta");
        }
    }

    /** States that are not connected yet; they are when they are used. */
    public RedisStates(ClusterSettings settings) {
        this.keys = Keys.of(settings.name());
        this.leaseMs = settings.lease().toMillis();
        this.connector = new RedisConnector(settings);
        this.asking = new RedisLine("fanfare-redis-states", connector);
    }

    private <T> CompletionStage<T> ask(Function<RedisLink, T> task) {
        return asking.run(task, RedisStates::unavailable);
    }

    private static Throwable unavailable(Throwable error) {
        return error instanceof RedisAway || error instanceof RedisError || error instanceof HistoryRefused
                ? new HistoryUnavailable(String.valueOf(error.getMessage()), error)
                : error;
    }

    private List<String> withStream(List<String> names) {
        List<String> all = new ArrayList<>(names.size() + 2);
        all.add(keys.stream());
        all.add(keys.meta());
        names.forEach(name -> all.add(keys.values() + name));
        return all;
    }

    @Override
    public CompletionStage<Pulse> beat(String node, boolean begins, Set<String> others) {
        List<String> asked = List.copyOf(others);
        List<String> all = new ArrayList<>(asked.size() + 1);
        all.add(keys.nodes() + node);
        asked.forEach(other -> all.add(keys.nodes() + other));
        return ask(link -> {
            List<?> answer = beat.run(link, all, List.of(leaseMs, begins ? 1 : 0));
            Set<String> gone = new HashSet<>();
            for (int i = 0; i < asked.size(); i++) {
                if (RedisLink.number(answer.get(i + 1)) == 0) {
                    gone.add(asked.get(i));
                }
            }
            return new Pulse(RedisLink.number(answer.get(0)) == 1, gone);
        });
    }

    @Override
    public CompletionStage<List<State>> claim(String node, List<String> names, long known) {
        List<String> all = new ArrayList<>(names.size() + 1);
        all.add(keys.meta());
        names.forEach(name -> all.add(keys.values() + name));
        return ask(link -> claim.run(link, all, List.of(node, keys.nodes(), known, KEPT_MS)).stream()
                .map(each -> state(RedisLink.list(each)))
                .toList());
    }

    private static State state(List<?> w) {
        Told told = null;
        if (w.get(2) instanceof byte[] value && w.get(3) instanceof byte[] stamp) {
            told = new Told(stamp(RedisLink.text(stamp)), value, Duration.ofMillis(RedisLink.number(w.get(4))));
        }
        Note note = null;
        if (w.get(5) instanceof byte[] bytes && w.get(6) instanceof byte[] stamp) {
            note = new Note(stamp(RedisLink.text(stamp)), bytes);
        }
        return new State(RedisLink.text(w.get(0)), RedisLink.number(w.get(1)), told, note);
    }

    /** As the scripts write it: owner, generation and number, with blanks between. */
    static Stamp stamp(String text) {
        String[] words = text.split(" ", 3);
        return new Stamp(words[0], Long.parseLong(words[1]), Long.parseLong(words[2]));
    }

    @Override
    public CompletionStage<Set<String>> tell(List<Telling> tellings) {
        List<Object> arguments = new ArrayList<>(List.of(MOST_ENTRIES, MOST_INLINE, KEPT_MS));
        List<String> names = new ArrayList<>(tellings.size());
        for (Telling each : tellings) {
            names.add(each.key());
            arguments.addAll(List.of(
                    each.stamp().owner(),
                    each.stamp().generation(),
                    each.stamp().number(),
                    each.isNote() ? 1 : 0,
                    each.bytes(),
                    each.key()));
        }
        return ask(link -> refused(tell.run(link, withStream(names), arguments), names));
    }

    @Override
    public CompletionStage<Set<String>> fresh(List<Fresh> all) {
        List<Object> arguments = new ArrayList<>(List.of(MOST_ENTRIES, KEPT_MS));
        List<String> names = new ArrayList<>(all.size());
        for (Fresh each : all) {
            names.add(each.key());
            arguments.addAll(List.of(
                    each.stamp().generation(), each.stamp().number(), each.age().toMillis()));
        }
        return ask(link -> refused(fresh.run(link, withStream(names), arguments), names));
    }

    private static Set<String> refused(List<?> numbers, List<String> names) {
        Set<String> refused = new HashSet<>();
        for (Object number : numbers) {
            refused.add(names.get((int) RedisLink.number(number) - 1));
        }
        return refused;
    }

    @Override
    public CompletionStage<Void> free(String node, List<String> names) {
        List<Object> arguments = new ArrayList<>(List.of(node, MOST_ENTRIES, KEPT_FREE_MS));
        arguments.addAll(names);
        return ask(link -> free.run(link, withStream(names), arguments)).thenAccept(done -> {});
    }

    @Override
    public CompletionStage<Void> leave(String node) {
        return ask(link -> RedisLink.number(link.call("DEL", keys.nodes() + node)))
                .thenAccept(done -> {});
    }

    @Override
    public void follow(Follower follower) {
        RedisHearing started = new RedisHearing(connector, keys, follower);
        if (!hearing.compareAndSet(null, started)) {
            throw new IllegalStateException("The states are followed already");
        }
        started.start();
    }

    @Override
    public void close() {
        RedisHearing open = hearing.get();
        if (open != null) {
            open.close();
        }
        asking.close();
    }
}
