/**
 * Where a status comes from: the port {@link dev.fanfare.status.StatusSource}, what it answers, and how a source is set up. The
 * kinds of sources that Fanfare brings are packages below this one; {@link dev.fanfare.status.watch} watches them. What clients get
 * is in {@code docs/reference/http.md}.
 */
@NullMarked
package dev.fanfare.status;

import org.jspecify.annotations.NullMarked;
