package dev.fanfare.status;

import org.jspecify.annotations.Nullable;

/**
 * A definition of a status source. Immutable.
 *
 * @param polled what is asked; null for a source whose statuses are pushed
 * @param settings how it is asked
 * @param tellsTheSame whether it tells the very statuses that the definition before told, so that those that are known stay
 *     known
 */
public record SourceDefinition(@Nullable StatusSource polled, SourceSettings settings, boolean tellsTheSame) {}
