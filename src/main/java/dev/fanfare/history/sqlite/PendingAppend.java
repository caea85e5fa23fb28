package dev.fanfare.history.sqlite;

import java.util.concurrent.CompletableFuture;

/**
 * An append whose publisher waits.
 *
 * @param bytes those of {@code what}
 * @param enteredNanos when it came
 * @param stage completes with the position of its first event
 */
record PendingAppend(PreparedAppend what, long bytes, long enteredNanos, CompletableFuture<Long> stage) {}
