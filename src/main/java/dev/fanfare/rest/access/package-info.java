/** A line in the log for each request: {@link dev.fanfare.rest.access.AccessLog}. */
@NullMarked
package dev.fanfare.rest.access;

import org.jspecify.annotations.NullMarked;
