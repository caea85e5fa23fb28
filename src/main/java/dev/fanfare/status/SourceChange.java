package dev.fanfare.status;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of a status source while the service runs. Immutable.
 *
 * @param name the source's
 * @param next how it is defined from now on; null where it is removed
 */
public record SourceChange(String name, @Nullable Definition next) {
    /**
     * A definition of a source.
     *
     * @param polled what is asked; null for a source whose statuses are pushed
     * @param settings how it is asked
     * @param tellsTheSame whether it tells the very statuses that the definition before told, so that those that are known stay
     *     known
     */
    public record Definition(@Nullable StatusSource polled, SourceSettings settings, boolean tellsTheSame) {}

    /** A source that goes. */
    public static SourceChange removed(String name) {
        return new SourceChange(name, null);
    }
}
