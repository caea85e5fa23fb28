package dev.fanfare.status.watch;

import dev.fanfare.status.JsonText;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.Status;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.rules.ChangeRule;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a status.
 *
 * @param status the newest status; null if there was none yet
 * @param ended whether it will not change any more
 * @param failure why there is no status, or no newer one; null if the source works
 * @param retryAfter when the source is asked again if it fails
 * @param changed when the status became what it is; null if there is none
 * @param asOf when the source last gave a good answer; null if it never has
 */
record View(
        @Nullable Status status,
        boolean ended,
        @Nullable SourceFailure failure,
        Duration retryAfter,
        @Nullable Instant changed,
        @Nullable Instant asOf) {
    static final View NOTHING = new View(null, false, null, Duration.ZERO, null, null);

    /** The source knows no such status. */
    boolean isMissing() {
        return status == null && failure == null;
    }

    /** The status as a client with these options sees it, who may ignore more than the source does; null if there is none. */
    @Nullable
    Status statusFor(SourceSettings settings, StreamOptions options) {
        ChangeRule rule = options.rules().change();
        if (status == null || rule.equals(settings.change())) {
            return status;
        }
        return new Status(rule.idOf(JsonText.read(status.json())), status.json(), status.isFinal());
    }

    Snapshot snapshot(SourceSettings settings, StreamOptions options, Instant now) {
        Status shown = statusFor(settings, options);
        if (shown == null) {
            return failure == null ? new Snapshot.Missing() : new Snapshot.Failing(failure.reason(), retryAfter);
        }
        Instant answered = asOf == null ? now : asOf;
        Duration age = answered.isAfter(now) ? Duration.ZERO : Duration.between(answered, now);
        return new Snapshot.Known(shown, changed == null ? answered : changed, age);
    }
}
