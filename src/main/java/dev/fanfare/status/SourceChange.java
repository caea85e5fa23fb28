package dev.fanfare.status;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of a status source while the service runs. Immutable.
 *
 * @param name the source's
 * @param next how it is defined from now on; null where it is removed
 */
public record SourceChange(String name, @Nullable SourceDefinition next) {
    /** A source that goes. */
    public static SourceChange removed(String name) {
        return new SourceChange(name, null);
    }
}
