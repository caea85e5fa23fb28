/**
 * A polled status becomes a stream: {@link dev.fanfare.status.Statuses} is where to start, {@link
 * dev.fanfare.status.StatusSource} the port that statuses come through. A watch polls its source once for all who watch
 * it, and its events ride on a hub of their own that keeps the newest status only. The rules are in section 6 of the
 * design and in {@code docs/reference/}.
 */
@NullMarked
package dev.fanfare.status;

import org.jspecify.annotations.NullMarked;
