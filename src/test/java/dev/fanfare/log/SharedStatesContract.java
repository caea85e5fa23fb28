package dev.fanfare.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.log.SharedStates.Fresh;
import dev.fanfare.log.SharedStates.Note;
import dev.fanfare.log.SharedStates.Stamp;
import dev.fanfare.log.SharedStates.State;
import dev.fanfare.log.SharedStates.Telling;
import dev.fanfare.log.SharedStates.Told;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every engine for states that nodes share has to do. */
public abstract class SharedStatesContract {
    /** How long a node lives without a beat. */
    protected static final Duration LEASE = Duration.ofSeconds(1);

    private static final Duration LONG = Duration.ofSeconds(60);

    /** One node's way to the engine, which all of a test share. */
    protected abstract SharedStates node();

    /** Has the time pass, as the engine sees it. */
    protected abstract void pass(Duration time) throws InterruptedException;

    private static final class Heard implements SharedStates.Follower {
        private final List<String> all = new CopyOnWriteArrayList<>();
        private final List<Integer> lengths = new CopyOnWriteArrayList<>();

        @Override
        public boolean follows(String key) {
            return true;
        }

        @Override
        public void told(String key, Told told) {
            lengths.add(told.value().length);
            all.add(key + " " + told.stamp().generation() + " " + text(told.value()));
        }

        @Override
        public void noted(String key, Note note) {
            all.add(key + " " + note.stamp().generation() + " note " + text(note.note()));
        }

        @Override
        public void fresh(long generation, long number, Duration age) {
            all.add("fresh " + generation + " " + number);
        }

        @Override
        public void free(List<String> keys) {
            keys.forEach(key -> all.add("free " + key));
        }

        @Override
        public void missed() {
            all.add("missed");
        }

        void await(String what) {
            org.awaitility.Awaitility.await(what).atMost(LONG).until(() -> all.contains(what));
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, 0, Math.min(bytes.length, 40), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static <T> T done(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static State claim(SharedStates states, String node, String key) {
        return done(states.claim(node, List.of(key), 0)).get(0);
    }

    private static void begin(SharedStates states, String node) {
        assertThat(done(states.beat(node, true, Set.of())).lives()).isTrue();
    }

    private static Set<String> tell(SharedStates states, String key, Stamp stamp, String value) {
        return done(states.tell(List.of(new Telling(key, stamp, bytes(value), false))));
    }

    private static Set<String> note(SharedStates states, String key, Stamp stamp, String value) {
        return done(states.tell(List.of(new Telling(key, stamp, bytes(value), true))));
    }

    private static Heard heardBy(SharedStates states) {
        Heard heard = new Heard();
        states.follow(heard);
        return heard;
    }

    @Test
    void theFirstWhoClaimsOwnsAndTheOthersHearWho() {
        SharedStates a = node();
        SharedStates b = node();
        begin(a, "a");
        begin(b, "b");
        State first = claim(a, "a", "/status/jobs?job=1");
        State second = claim(b, "b", "/status/jobs?job=1");
        assertThat(first.owner()).isEqualTo("a");
        assertThat(first.told()).isNull();
        assertThat(second).isEqualTo(first);
        assertThat(claim(a, "a", "/status/jobs?job=1"))
                .as("claimed again by its owner")
                .isEqualTo(first);
        assertThat(claim(b, "b", "/status/jobs?job=2").generation()).isGreaterThan(first.generation());
    }

    @Test
    void oneOfManyWhoClaimAtOnceGetsIt() {
        List<SharedStates> nodes = IntStream.range(0, 5).mapToObj(i -> node()).toList();
        List<CompletionStage<List<State>>> claims = IntStream.range(0, 5)
                .mapToObj(i -> {
                    begin(nodes.get(i), "n" + i);
                    return nodes.get(i).claim("n" + i, List.of("k"), 0);
                })
                .toList();
        assertThat(claims.stream().map(each -> done(each).get(0).owner()).distinct())
                .hasSize(1);
    }

    @Test
    void whatTheOwnerTellsReachesAllInOrder() {
        SharedStates a = node();
        SharedStates b = node();
        Heard heard = heardBy(b);
        begin(a, "a");
        long generation = claim(a, "a", "k").generation();
        await().atMost(LONG).until(() -> {
            // The other one may not follow yet.
            tell(a, "k", new Stamp("a", generation, System.nanoTime()), "0");
            return heard.all.contains("k " + generation + " 0");
        });
        long last = System.nanoTime();
        for (int i = 1; i <= 300; i++) {
            tell(a, "k", new Stamp("a", generation, last + i), "" + i);
        }
        heard.await("k " + generation + " 300");
        assertThat(heard.all.stream().filter(each -> !each.equals("missed")).distinct())
                .containsExactlyElementsOf(IntStream.rangeClosed(0, 300)
                        .mapToObj(i -> "k " + generation + " " + i)
                        .toList());
        State state = claim(b, "b", "k");
        assertThat(state.owner()).isEqualTo("a");
        Told told = state.told();
        assertThat(told).isNotNull();
        assertThat(text(told.value())).isEqualTo("300");
        assertThat(told.stamp()).isEqualTo(new Stamp("a", generation, last + 300));
    }

    @Test
    void aLargeValueArrivesWhole() {
        SharedStates a = node();
        SharedStates b = node();
        Heard heard = heardBy(b);
        begin(a, "a");
        long generation = claim(a, "a", "k").generation();
        String large = "x".repeat(2_000_000);
        await().atMost(LONG).until(() -> {
            tell(a, "k", new Stamp("a", generation, System.nanoTime()), large);
            return heard.lengths.contains(2_000_000);
        });
        Told told = claim(b, "b", "k").told();
        assertThat(told).isNotNull();
        assertThat(told.value()).hasSize(2_000_000);
    }

    @Test
    void aNoteStandsBesideTheValueUntilThatHolds() throws InterruptedException {
        SharedStates a = node();
        begin(a, "a");
        long generation = claim(a, "a", "k").generation();
        tell(a, "k", new Stamp("a", generation, 1), "v");
        note(a, "k", new Stamp("a", generation, 2), "ill");
        State ill = claim(a, "a", "k");
        assertThat(ill.told()).isNotNull();
        Note note = ill.note();
        assertThat(note).isNotNull();
        assertThat(text(note.note())).isEqualTo("ill");
        pass(Duration.ofMillis(300));
        begin(a, "a");
        assertThat(done(a.fresh(List.of(new Fresh("k", new Stamp("a", generation, 3), Duration.ofMillis(100))))))
                .isEmpty();
        State well = claim(a, "a", "k");
        assertThat(well.note()).isNull();
        Told told = well.told();
        assertThat(told).isNotNull();
        assertThat(told.age()).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        note(a, "k", new Stamp("a", generation, 4), "ill");
        tell(a, "k", new Stamp("a", generation, 5), "w");
        assertThat(claim(a, "a", "k").note()).isNull();
    }

    @Test
    void whoDoesNotLiveLosesItAndIsRefused() throws InterruptedException {
        SharedStates a = node();
        SharedStates b = node();
        begin(a, "a");
        State first = claim(a, "a", "k");
        tell(a, "k", new Stamp("a", first.generation(), 1), "old");
        pass(LEASE.plusMillis(300));
        begin(b, "b");
        State second = claim(b, "b", "k");
        assertThat(second.owner()).isEqualTo("b");
        assertThat(second.generation()).isGreaterThan(first.generation());
        assertThat(second.told()).as("what was told before").isNotNull();
        assertThat(tell(a, "k", new Stamp("a", first.generation(), 2), "late")).containsExactly("k");
        assertThat(note(a, "k", new Stamp("a", first.generation(), 3), "late")).containsExactly("k");
        assertThat(done(a.fresh(List.of(new Fresh("k", new Stamp("a", first.generation(), 4), Duration.ZERO)))))
                .containsExactly("k");
        assertThat(done(a.beat("a", false, Set.of("b", "x")))).satisfies(pulse -> {
            assertThat(pulse.lives()).isFalse();
            assertThat(pulse.gone()).contains("x").doesNotContain("b");
        });
        assertThat(done(a.beat("a", false, Set.of())).lives())
                .as("a name is not taken up again")
                .isFalse();
        Told told = claim(a, "a.1", "k").told();
        assertThat(told).isNotNull();
        assertThat(text(told.value())).isEqualTo("old");
    }

    @Test
    void whoSaysThatItLivesInTimeKeepsIt() throws InterruptedException {
        SharedStates a = node();
        SharedStates b = node();
        begin(a, "a");
        claim(a, "a", "k");
        begin(b, "b");
        for (int i = 0; i < 5; i++) {
            pass(LEASE.dividedBy(4));
            assertThat(done(a.beat("a", false, Set.of())).lives()).isTrue();
        }
        assertThat(claim(b, "b", "k").owner()).isEqualTo("a");
    }

    @Test
    void whatIsGivenUpIsFreeAtOnceAndAllHearOfIt() {
        SharedStates a = node();
        SharedStates b = node();
        Heard heard = heardBy(b);
        begin(a, "a");
        begin(b, "b");
        claim(a, "a", "other");
        await().atMost(LONG).until(() -> {
            claim(a, "a", "k");
            done(a.free("a", List.of("k", "other", "unknown")));
            return heard.all.contains("free k");
        });
        assertThat(heard.all).doesNotContain("free unknown");
        assertThat(claim(b, "b", "k").owner()).isEqualTo("b");
        done(a.free("a", List.of("k")));
        assertThat(claim(a, "a", "k").owner())
                .as("given up by a node that does not own it")
                .isEqualTo("b");
    }

    @Test
    void whoHasLeftOwnsNothing() {
        SharedStates a = node();
        SharedStates b = node();
        begin(a, "a");
        begin(b, "b");
        claim(a, "a", "k");
        done(a.leave("a"));
        assertThat(claim(b, "b", "k").owner()).isEqualTo("b");
    }

    @Test
    void whatIsToldAgainIsToldOnce() {
        SharedStates a = node();
        SharedStates b = node();
        Heard heard = heardBy(b);
        begin(a, "a");
        long generation = claim(a, "a", "k").generation();
        Stamp stamp = new Stamp("a", generation, 7);
        assertThat(tell(a, "k", stamp, "v")).isEmpty();
        assertThat(tell(a, "k", stamp, "v")).as("the answer was lost").isEmpty();
        note(a, "k", new Stamp("a", generation, 6), "late");
        await().atMost(LONG).until(() -> {
            tell(a, "k", new Stamp("a", generation, System.nanoTime()), "end");
            return heard.all.contains("k " + generation + " end");
        });
        assertThat(heard.all.stream().filter(each -> each.endsWith(" v"))).hasSizeLessThanOrEqualTo(1);
        assertThat(heard.all).doesNotContain("k " + generation + " note late");
    }

    @Test
    void generationsAreHigherThanAnyThatANodeKnows() {
        SharedStates a = node();
        begin(a, "a");
        long known = claim(a, "a", "k").generation() + 1_000_000_000L;
        assertThat(done(a.claim("a", List.of("other"), known)).get(0).generation())
                .isGreaterThan(known);
    }
}
