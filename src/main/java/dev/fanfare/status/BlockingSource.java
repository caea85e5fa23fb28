package dev.fanfare.status;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a status by code that may block; see {@link StatusSource#blocking}. Implementations are thread-safe. */
@FunctionalInterface
public interface BlockingSource {
    /**
     * Reads a status.
     *
     * @param params a value for each parameter of the source
     * @throws InterruptedException if it took longer than the timeout
     * @throws Exception if the source can't tell; {@link SourceFailure} if there is a reason that clients may see
     */
    Reading read(Map<String, String> params) throws Exception;

    /**
     * As {@link #read(Map)}, for a source that can tell {@link Reading.Unchanged}; by default the same.
     *
     * @param validator as in {@link StatusSource#read}
     */
    default Reading read(Map<String, String> params, @Nullable String validator) throws Exception {
        return read(params);
    }
}
