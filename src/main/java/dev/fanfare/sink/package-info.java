/**
 * Streams through any {@code SseEventSink}, so on any Jakarta REST implementation: {@link dev.fanfare.sink.Outlets} is the
 * port that gives a sink its outlet, {@link dev.fanfare.sink.SinkOutlet} the outlet that every container can have, {@link
 * dev.fanfare.sink.HubBroadcaster} the broadcaster.
 */
@NullMarked
package dev.fanfare.sink;

import org.jspecify.annotations.NullMarked;
