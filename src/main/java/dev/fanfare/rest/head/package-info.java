/**
 * Refuses heads of requests that are not well-formed, before a resource reads them: {@link dev.fanfare.rest.head.WellFormedTarget}
 * for path and query, {@link dev.fanfare.rest.head.WellFormedHead} for headers.
 */
@NullMarked
package dev.fanfare.rest.head;

import org.jspecify.annotations.NullMarked;
