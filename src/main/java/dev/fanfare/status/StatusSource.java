package dev.fanfare.status;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where statuses come from. A port; implementations are thread-safe.
 *
 * <p>One instance answers for all parameter values. For the same values there is never more than one question open: the
 * next one comes after the stage of the last one has completed. If the stage takes longer than the source's timeout, the
 * status counts as failing, and the stage is cancelled if it is a {@link java.util.concurrent.Future}.
 *
 * <pre>{@code
 * StatusSource jobs = StatusSource.blocking(params -> {
 *     Job job = repository.find(params.get("job"));
 *     return job == null ? new Reading.Missing() : Reading.of(job.toJson());
 * });
 * }</pre>
 */
@FunctionalInterface
public interface StatusSource {
    /**
     * Reads a status. Must not block: the caller may be the thread that all alarms ring in. {@link #blocking} makes a
     * source of code that blocks.
     *
     * @param params a value for each parameter of the source, none empty
     * @param validator what came with the last {@link Reading.Value} for these values; null if there was none
     * @return completes with what the source says; completes exceptionally if it can't tell, with {@link SourceFailure}
     *     if there is a reason that clients may see
     */
    CompletionStage<Reading> read(Map<String, String> params, @Nullable String validator);

    /**
     * A source of code that blocks. From Java 24 on each read runs in a virtual thread; before, in one of at
     * most 16 daemon threads that this source has to itself, and reads beyond wait for a free one. A read that takes longer
     * than the timeout is interrupted.
     */
    static StatusSource blocking(BlockingSource source) {
        return new BlockingReads(source);
    }
}
