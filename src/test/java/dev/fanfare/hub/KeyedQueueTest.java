package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.log.HistoryUnavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class KeyedQueueTest {
    private final List<String> begun = new ArrayList<>();
    private final KeyedQueue<String, String> queue = new KeyedQueue<>(1000, 1000, "steps");

    private Supplier<CompletionStage<String>> step(String name, CompletableFuture<String> end) {
        return () -> {
            begun.add(name);
            return end;
        };
    }

    private CompletableFuture<String> enter(String name, CompletableFuture<String> end, String... keys) {
        return queue.inTurn(List.of(keys), 1, step(name, end)).toCompletableFuture();
    }

    private CompletableFuture<String> newest(String name, long bytes, CompletableFuture<String> end) {
        return queue.newestInTurn("a", bytes, true, step(name, end)).toCompletableFuture();
    }

    @Test
    void stepsWithAKeyInCommonRunOneAfterTheOtherAndOthersBeside() {
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        enter("1", first, "a", "b");
        enter("2", second, "b", "c");
        CompletableFuture<String> third = enter("3", CompletableFuture.completedFuture("x"), "c", "a");
        enter("4", new CompletableFuture<>(), "d");
        assertThat(begun).containsExactly("1", "4");

        first.complete("");
        assertThat(begun).containsExactly("1", "4", "2");

        second.complete("");
        assertThat(begun).containsExactly("1", "4", "2", "3");
        assertThat(third).isCompletedWithValue("x");
    }

    /** What a step throws, an Error too, is its outcome; those behind it get their turn. */
    @Test
    void aStepThatFailsHoldsUpNobody() {
        CompletableFuture<String> first = new CompletableFuture<>();
        enter("1", first, "a");
        CompletableFuture<String> thrower = queue.inTurn(List.of("a"), 1, () -> {
                    throw new OutOfMemoryError("for the test");
                })
                .toCompletableFuture();
        CompletableFuture<String> last = enter("3", CompletableFuture.completedFuture("x"), "a");

        first.completeExceptionally(new IllegalStateException("disk"));

        assertThatThrownBy(thrower::join).hasRootCauseInstanceOf(OutOfMemoryError.class);
        assertThat(last).isCompletedWithValue("x");
    }

    @Test
    void aHundredThousandStepsThatEndAtOnceDoNotDeepenTheStack() {
        KeyedQueue<String, String> large = new KeyedQueue<>(1_000_000, 1_000_000, "steps");
        CompletableFuture<String> first = new CompletableFuture<>();
        large.inTurn(List.of("a"), 1, () -> first);
        AtomicInteger depth = new AtomicInteger();
        CompletableFuture<String> last = new CompletableFuture<>();
        for (int i = 0; i < 100_000; i++) {
            boolean measures = i % 1000 == 999;
            last = large.inTurn(List.of("a"), 1, () -> {
                        if (measures) {
                            depth.accumulateAndGet(new Throwable().getStackTrace().length, Math::max);
                        }
                        return CompletableFuture.completedFuture("x");
                    })
                    .toCompletableFuture();
        }

        first.complete("");

        assertThat(last).isCompletedWithValue("x");
        assertThat(depth.get()).isBetween(1, 500);
    }

    @Test
    void ofThoseThatWaitAndMayBeReplacedOnlyTheNewestRuns() {
        CompletableFuture<String> running = new CompletableFuture<>();
        CompletableFuture<String> end = new CompletableFuture<>();
        newest("1", 1, running);
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        for (int i = 2; i <= 9; i++) {
            waiting.add(newest("" + i, 1, end));
        }
        enter("end", end, "a");
        CompletableFuture<String> after = newest("10", 1, end);

        running.complete("");
        assertThat(begun).containsExactly("1", "9");
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        end.complete("kept");

        assertThat(begun).containsExactly("1", "9", "end", "10");
        assertThat(waiting).allMatch(stage -> stage.join().equals("kept"));
        assertThat(after).isCompletedWithValue("kept");
    }

    @Test
    void aStepThatMayNotBeReplacedRunsThoughANewerOneWaits() {
        CompletableFuture<String> running = new CompletableFuture<>();
        newest("1", 1, running);
        queue.newestInTurn("a", 1, false, step("final", CompletableFuture.completedFuture("")));
        newest("3", 1, CompletableFuture.completedFuture(""));

        running.complete("");

        assertThat(begun).containsExactly("1", "final", "3");
    }

    @Test
    void stepsAreBoundedByNumberAndBytesAndThereIsRoomAgainAfterwards() {
        CompletableFuture<String> end = new CompletableFuture<>();
        newest("1", 400, end);
        newest("2", 600, end);
        assertThat(newest("3", 601, end)).isCompletedExceptionally();
        assertThat(newest("4", 1, end)).isNotDone();
        assertThat(newest("5", 600, end)).isNotDone();
        for (int i = 4; i < 1000; i++) {
            assertThat(newest("more", 1, end)).isNotDone();
        }
        assertThatThrownBy(newest("above", 1, end)::join)
                .hasCauseInstanceOf(HistoryUnavailable.class)
                .hasMessageContaining("1000 steps are under way");

        end.complete("");

        assertThat(begun).containsExactly("1", "more");
        assertThat(newest("all", 1000, new CompletableFuture<>())).isNotDone();
        assertThat(newest("too many", 1, end)).isCompletedExceptionally();
    }

    /** Against a plain model: no two steps with a key in common run at a time, and all run in the order of each key. */
    @Test
    void anyStepsKeepTheOrderOfEachOfTheirKeys() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        KeyedQueue<Integer, Integer> any = new KeyedQueue<>(100_000, 100_000, "steps");
        List<List<Integer>> keysOf = new ArrayList<>();
        List<CompletableFuture<Integer>> ends = new ArrayList<>();
        List<Integer> running = new ArrayList<>();
        List<Integer> order = new ArrayList<>();
        for (int round = 0; round < 3000; round++) {
            if (random.nextInt(3) > 0 || running.isEmpty()) {
                int step = keysOf.size();
                List<Integer> keys = random.ints(1 + random.nextInt(3), 0, 8)
                        .distinct()
                        .boxed()
                        .toList();
                keysOf.add(keys);
                CompletableFuture<Integer> end = new CompletableFuture<>();
                ends.add(end);
                any.inTurn(keys, 1, () -> {
                    assertThat(running.stream().flatMap(other -> keysOf.get(other).stream()))
                            .as("seed %s", seed)
                            .doesNotContainAnyElementsOf(keys);
                    running.add(step);
                    order.add(step);
                    return end;
                });
            } else {
                ends.get(running.remove(random.nextInt(running.size()))).complete(round);
            }
        }
        while (!running.isEmpty()) {
            ends.get(running.remove(0)).complete(0);
        }
        assertThat(order).as("seed %s", seed).hasSameSizeAs(keysOf);
        for (int key = 0; key < 8; key++) {
            int one = key;
            assertThat(order.stream().filter(step -> keysOf.get(step).contains(one)))
                    .as("seed %s", seed)
                    .isSorted();
        }
    }
}
