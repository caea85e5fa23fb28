package dev.fanfare.status.watch;

import dev.fanfare.event.TraceContext;
import dev.fanfare.status.Status;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.TooManyWatches;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sets and ends pushed statuses: each is kept first, then clients get it, one step of a status after the other. Where nodes share
 * the log, clients of all get it by the {@link PushedFeed}. Thread-safe.
 */
final class PushedStatuses {
    private final Pushes pushes;

    PushedStatuses(Pushes pushes) {
        this.pushes = pushes;
    }

    /**
     * Sets a status. One that has ended begins anew.
     *
     * @param trace the span in which it is set; null for none
     * @return completes once it is kept and clients get it, or a newer one that took its place; exceptionally as {@link
     *     Pushes#set} does
     * @throws TooManyWatches if there is no room for it; then it is not kept
     * @throws IllegalStateException if the service is closed
     */
    CompletionStage<Void> set(RegisteredSource source, StatusUrl url, Newest next, @Nullable TraceContext trace) {
        WatchRegistry watches = source.watches();
        watches.reserve(url, source.watched());
        Runnable adopt = pushes.isShared() ? () -> {} : () -> adopt(watches, url, next);
        return pushes.set(url, next, trace, adopt).whenComplete((done, error) -> watches.release(url));
    }

    /** It is kept, so it can't be refused any more. Once the service is closed there is nobody to get it. */
    private static void adopt(WatchRegistry watches, StatusUrl url, Newest next) {
        Watch watch = watches.reserved(url);
        while (watch != null && !watch.adopt(next)) {
            watch.drop();
            watch = watches.reserved(url);
        }
    }

    /**
     * Ends a status; completes with whether there was one that had not ended before.
     *
     * @param look finds the watch of the status, once the steps before are over
     */
    CompletionStage<Boolean> end(StatusUrl url, @Nullable TraceContext trace, Supplier<WatchRegistry.Found> look) {
        return pushes.end(url, () -> {
            WatchRegistry.Found found = look.get();
            return found.view().thenCompose(view -> {
                Status status = view.status();
                if (status == null && view.failure() != null) {
                    return CompletableFuture.failedStage(view.failure());
                }
                if (status == null || view.ended()) {
                    return CompletableFuture.completedStage(false);
                }
                return pushes.keep(url, status.json(), true, trace)
                        .thenApply(kept -> pushes.isShared() || found.watch().end());
            });
        });
    }
}
