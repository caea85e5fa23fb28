/**
 * Watches: {@link dev.fanfare.status.watch.Statuses} is where to start. One {@link dev.fanfare.status.watch.Watch} a source and set of
 * parameters has it polled once for all who watch it, or takes what is pushed, and publishes what changed on a hub of its own that
 * keeps the newest status only.
 */
@NullMarked
package dev.fanfare.status.watch;

import org.jspecify.annotations.NullMarked;
