/**
 * From publisher to client: {@link dev.fanfare.hub.Hub} puts events in one order, matches them to channels, and has the
 * {@linkplain dev.fanfare.stream.WriterLoop writer loops} write them to every subscriber. The picture is in {@code
 * docs/architecture.md}.
 */
@NullMarked
package dev.fanfare.hub;

import org.jspecify.annotations.NullMarked;
