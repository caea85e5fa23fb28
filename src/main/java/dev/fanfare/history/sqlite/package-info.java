/**
 * A history in a file: {@link dev.fanfare.history.sqlite.SqliteHistory}. One thread commits what publishers have gathered, a few
 * others read. See ADR 8.
 */
@NullMarked
package dev.fanfare.history.sqlite;

import org.jspecify.annotations.NullMarked;
