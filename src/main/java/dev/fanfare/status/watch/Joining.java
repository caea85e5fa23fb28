package dev.fanfare.status.watch;

import dev.fanfare.status.Status;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.TooManyWatches;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.Permit;
import dev.fanfare.stream.StreamWriter;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Form;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One client on its way to the stream of a status: {@link #admission} says what it is answered, {@link #join} opens the
 * stream. The watch is looked up once, when this is made. For one client; thread-safe.
 */
public final class Joining {
    private final RegisteredSource source;
    private final StatusUrl url;
    private final StreamOptions options;
    private final @Nullable String lastEventId;
    private final StatusLog log;
    private final @Nullable Watch watch;
    private final CompletionStage<Admission> admission;

    /**
     * @throws SourceReplaced if another definition of the source holds by now
     * @throws IllegalStateException if the service is closed
     */
    Joining(
            RegisteredSource source,
            StatusUrl url,
            StreamOptions options,
            @Nullable String lastEventId,
            StatusLog log) {
        this.source = source;
        this.url = url;
        this.options = options;
        this.lastEventId = lastEventId;
        this.log = log;
        WatchRegistry.Found found = find();
        this.watch = found == null ? null : found.watch();
        this.admission = found == null
                ? CompletableFuture.completedStage(Admission.FULL)
                : found.view().thenApply(view -> decide(view, found.watch()));
    }

    private WatchRegistry.@Nullable Found find() {
        try {
            return source.watches().look(url, source.watched());
        } catch (TooManyWatches e) {
            return null;
        }
    }

    private Admission decide(View view, Watch found) {
        if (view.isMissing() && (found.isGone() || !source.waitsForStatuses())) {
            return Admission.MISSING;
        }
        Status status = view.statusFor(source.settings(), options);
        if (status != null && view.ended() && status.endId().equals(lastEventId)) {
            return Admission.OVER;
        }
        return found.hasRoomFor(options.rules()) ? Admission.STREAM : Admission.TOO_MANY_RULES;
    }

    /**
     * What the client is answered. A status that is known, or whose source is known to fail, is decided on at once; else
     * there is one poll first.
     *
     * @return completes within the source's timeout; exceptionally if the service closes meanwhile
     */
    public CompletionStage<Admission> admission() {
        return admission;
    }

    /**
     * Opens the stream, whether {@link #admission} is known yet or not: it waits for the status, and ends without an event if
     * there turns out to be none, if the source has too many watches or the watch too many rule sets, or if the gateway has
     * closed since.
     *
     * @param permit ends the stream when it is over; null for a stream that needs none
     * @param onClose called once, in a writer loop, when the stream has ended; must not block
     * @throws IllegalStateException if the writer loops are closed
     */
    public void join(Outlet outlet, @Nullable Permit permit, Consumer<CloseReason> onClose) {
        StreamOptions limited = options.permittedBy(permit);
        try {
            Object joined =
                    inWatch(next -> next.join(source.watched(), outlet, limited, lastEventId, onClose) ? next : null);
            if (joined != null) {
                return;
            }
        } catch (TooManyWatches | TooManyRuleSets | SourceReplaced e) {
            // Ends below, as a stream that finds no room.
        }
        log.sendAndEnd(outlet, List.of(EventEncoder.opening(source.retryAfterFull())), onClose);
    }

    /**
     * Has a stream of several members have this status, too, whether {@link #admission} is known yet or not. In the thread of the
     * stream's loop.
     *
     * @param loopIndex that of the stream's loop
     * @param form how the stream gets the status's events
     * @return null if the source has too many watches or the watch too many rule sets, or if the gateway has closed since
     */
    public @Nullable Attachment attach(StreamWriter writer, int loopIndex, Form form) {
        try {
            return inWatch(next -> next.attach(source.watched(), writer, loopIndex, form, options));
        } catch (TooManyWatches | TooManyRuleSets | SourceReplaced e) {
            return null;
        }
    }

    /** Does something in the watch, or in the one that has taken its place; null if it can't be done in any. */
    private <T> @Nullable T inWatch(Function<Watch, @Nullable T> step) {
        Watch next = watch;
        while (next != null && !source.watches().isClosed()) {
            T done = step.apply(next);
            if (done != null) {
                return done;
            }
            source.watches().remove(url, next);
            next = source.watches().watch(url, source.watched());
        }
        return null;
    }

    /** When a client that finds no room is to try again. */
    public Duration retryAfterFull() {
        return source.retryAfterFull();
    }
}
