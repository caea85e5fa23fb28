package dev.fanfare.hub;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits for all shards of a channel to have handed an event to their clients. Each shard holds it until then, and so does who
 * made it until all shards know of it. Thread-safe.
 */
final class Delivery {
    private final AtomicInteger holders = new AtomicInteger(1);
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Executor executor;
    private int clients;

    /** @param executor where what hangs on the stage is run, so that it does not run in a writer loop */
    Delivery(Executor executor) {
        this.executor = executor;
    }

    /** One more that has to let go. */
    void hold() {
        holders.incrementAndGet();
    }

    /** One holder lets go. */
    void release() {
        if (holders.decrementAndGet() > 0) {
            return;
        }
        try {
            executor.execute(() -> done.complete(null));
        } catch (RejectedExecutionException e) { // it is closed, and whoever waits must not wait for ever
            done.complete(null);
        }
    }

    /** All shards know of it now, and its maker lets go; the stage is complete already if none of them holds it. */
    CompletionStage<Void> begun() {
        if (holders.decrementAndGet() == 0) {
            done.complete(null);
        }
        return done;
    }

    /** It is for so many clients more. Called by its maker, before it has {@link #begun}. */
    void isFor(int more) {
        clients += more;
    }

    /** For how many clients it was when it began. */
    int clients() {
        return clients;
    }

    /** Nobody waits for it any longer; those who hold it let go of it when they come to it. */
    void giveUp() {
        done.complete(null);
    }

    boolean isDone() {
        return done.isDone();
    }
}
