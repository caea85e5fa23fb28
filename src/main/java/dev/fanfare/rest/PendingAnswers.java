package dev.fanfare.rest;

import dev.fanfare.rest.problem.ProblemException;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests once what they asked for is done, without a thread that waits. A request whose outcome is not known after
 * the longest wait gets an answer that says so. Thread-safe.
 */
public final class PendingAnswers {
    /** How long a history may take to keep something. */
    static final Duration LONGEST_COMMIT = Duration.ofSeconds(30);

    private final Executor pool;

    /**
     * Answers by a pool.
     *
     * @param pool writes the answers that had to wait; its tasks may block, since clients may be slow to read
     */
    public PendingAnswers(Executor pool) {
        this.pool = pool;
    }

    /**
     * Answers when the stage is done.
     *
     * @param longest after this time the request gets {@code late}, whatever becomes of the stage
     * @param late says that the outcome is not known
     * @param done makes the answer of the stage's value, or of its error without the wrapping; may throw what a mapper makes
     *     an answer of
     */
    public <T> void resume(
            AsyncResponse answer,
            CompletionStage<T> stage,
            Duration longest,
            Supplier<ProblemException> late,
            BiFunction<@Nullable T, @Nullable Throwable, Response> done) {
        CompletableFuture<T> pending = stage.toCompletableFuture();
        boolean isDone = pending.isDone();
        if (!isDone) {
            answer.setTimeout(longest.toMillis(), TimeUnit.MILLISECONDS);
            answer.setTimeoutHandler(waiting -> waiting.resume(late.get()));
        }
        // This thread may write to a client. The one that completes the stage may not, since others wait for it.
        Executor executor = isDone ? Runnable::run : pool;
        stage.whenCompleteAsync(
                (value, error) -> {
                    try {
                        answer.resume(done.apply(value, cause(error)));
                    } catch (RuntimeException e) {
                        answer.resume(e);
                    }
                },
                executor);
    }

    private static @Nullable Throwable cause(@Nullable Throwable error) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
