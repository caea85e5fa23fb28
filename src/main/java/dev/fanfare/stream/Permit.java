package dev.fanfare.stream;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a client may have a stream. Immutable.
 *
 * @param left the stream ends no later than this after its opening, to the moment; not positive for one that comes too late;
 *     null for no such bound
 * @param holds whether the stream may go on; asked with each heartbeat in a writer loop, so it must be quick
 */
public record Permit(@Nullable Duration left, BooleanSupplier holds) {
    /** A permit that ends by the time alone. */
    public static Permit lasting(Duration left) {
        return new Permit(left, () -> true);
    }
}
