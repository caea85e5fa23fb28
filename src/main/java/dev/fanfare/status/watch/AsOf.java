package dev.fanfare.status.watch;

import dev.fanfare.event.Event;
import dev.fanfare.stream.Ticker;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When a source last gave a good answer about a status, and the heartbeats that say so. Each is encoded once for all clients
 * that get it. Thread-safe.
 */
final class AsOf {
    private record Beats(@Nullable Instant time, Frame comment, Frame event) {}

    private static final Beats NEVER = beats(null);

    private volatile @Nullable Instant time;
    private volatile Beats beats = NEVER;

    private static Beats beats(@Nullable Instant time) {
        Frame comment = time == null ? EventEncoder.HEARTBEAT : EventEncoder.comment("as-of " + time);
        Event event = Event.builder()
                .type("heartbeat")
                .data("{\"asOf\":" + StatusEvents.quoted(time) + "}")
                .build();
        return new Beats(time, comment, EventEncoder.encode(event));
    }

    /** The source has answered so long ago. */
    void answered(Ticker ticker, Duration age) {
        time = ticker.now().minus(age).truncatedTo(ChronoUnit.MILLIS);
    }

    /** The source has answered then. */
    void answeredAt(Instant then) {
        time = then;
    }

    /** When it last did; null if it never has. */
    @Nullable
    Instant time() {
        return time;
    }

    Frame comment() {
        return current().comment();
    }

    Frame event() {
        return current().event();
    }

    private Beats current() {
        Beats known = beats;
        Instant now = time;
        if (Objects.equals(known.time(), now)) {
            return known;
        }
        Beats made = beats(now);
        beats = made;
        return made;
    }
}
