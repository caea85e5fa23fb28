/**
 * The ports behind which events are kept: {@link dev.fanfare.log.History} and {@link dev.fanfare.log.Receipts}, the values
 * that pass through them, and the ways in which they fail.
 */
@NullMarked
package dev.fanfare.log;

import org.jspecify.annotations.NullMarked;
