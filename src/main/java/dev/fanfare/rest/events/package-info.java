/**
 * {@code /events}: topics and statuses on one connection. {@link dev.fanfare.rest.events.EventsResource} is where to start.
 */
@NullMarked
package dev.fanfare.rest.events;

import org.jspecify.annotations.NullMarked;
