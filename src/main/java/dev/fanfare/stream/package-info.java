/**
 * One client's stream: {@link dev.fanfare.stream.WriterLoop}s write batches of frames to {@link dev.fanfare.stream.Outlet}s,
 * send heartbeats, and close clients that stall. The package knows frames and sockets, and nothing of topics or logs. Two
 * ports: {@link dev.fanfare.stream.Outlet} and {@link dev.fanfare.stream.Ticker}.
 */
@NullMarked
package dev.fanfare.stream;

import org.jspecify.annotations.NullMarked;
