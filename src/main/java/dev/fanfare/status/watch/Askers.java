package dev.fanfare.status.watch;

import dev.fanfare.status.SourceFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What is to be told when a status is known, or can't be: those who asked for it, and the source's health. What has to be told
 * without the lock is handed out. Guarded by the lock of its watch.
 */
final class Askers {
    private final List<CompletableFuture<View>> waiting = new ArrayList<>();

    /** Whether the source counts the status as one that can't be told. */
    private boolean isFailing;

    /**
     * What a step under the lock leaves to be done without it.
     *
     * @param recovered whether the source is to hear that it works again
     * @param failing why the source has begun to fail; null if it has not
     * @param waiting to be completed with the view
     */
    record Outcome(
            boolean recovered, @Nullable SourceFailure failing, View view, List<CompletableFuture<View>> waiting) {

        Outcome with(View other) {
            return new Outcome(recovered, failing, other, waiting);
        }

        void reportTo(SourceHealth health) {
            if (failing != null) {
                health.failed(failing);
            }
            if (recovered) {
                health.recovered();
            }
        }

        void answer() {
            waiting.forEach(future -> future.complete(view));
        }
    }

    /**
     * What a watch that is gone leaves to be done without the lock.
     *
     * @param failing whether the source has to be told that nobody asks any more for a status that can't be told
     * @param waiting those who were not answered
     */
    record Left(boolean failing, List<CompletableFuture<View>> waiting) {}

    /** One more asks; completes when there is an answer. */
    CompletionStage<View> add() {
        CompletableFuture<View> answer = new CompletableFuture<>();
        waiting.add(answer);
        return answer;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** The source works, whether it tells the status or not. */
    Outcome works(View view) {
        boolean recovered = isFailing;
        isFailing = false;
        return new Outcome(recovered, null, view, takeWaiting());
    }

    /** The source fails, for the first time or once more. */
    Outcome fails(SourceFailure reason, View view) {
        boolean isFirst = !isFailing;
        isFailing = true;
        return new Outcome(false, isFirst ? reason : null, view, takeWaiting());
    }

    /** Nothing new is known of the source. */
    Outcome unchanged(View view) {
        return new Outcome(false, null, view, takeWaiting());
    }

    /** The watch is gone. */
    Left leave() {
        boolean wasFailing = isFailing;
        isFailing = false;
        return new Left(wasFailing, takeWaiting());
    }

    /** Those who wait, who are not answered here any more. */
    List<CompletableFuture<View>> takeWaiting() {
        List<CompletableFuture<View>> taken = List.copyOf(waiting);
        waiting.clear();
        return taken;
    }
}
