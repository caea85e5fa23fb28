/**
 * From publisher to client: {@link dev.fanfare.hub.Hub} puts events in one order, matches them to channels and lets
 * {@link dev.fanfare.hub.WriterLoop}s write them to every subscriber's {@link dev.fanfare.hub.Outlet}. What it needs from
 * outside stands in three ports: {@link dev.fanfare.hub.History}, {@link dev.fanfare.hub.Outlet}, {@link
 * dev.fanfare.hub.Ticker}. The picture is in {@code docs/architecture.md}.
 */
@NullMarked
package dev.fanfare.hub;

import org.jspecify.annotations.NullMarked;
