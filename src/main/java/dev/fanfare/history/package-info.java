/**
 * Where events are kept for those who were away: implementations of the port {@link dev.fanfare.log.History}. {@link
 * dev.fanfare.history.MemoryHistory} keeps the newest in memory, {@link dev.fanfare.history.NoHistory} keeps none.
 */
@NullMarked
package dev.fanfare.history;

import org.jspecify.annotations.NullMarked;
