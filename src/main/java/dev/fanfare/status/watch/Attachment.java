package dev.fanfare.status.watch;

import dev.fanfare.stream.Backlog;
import dev.fanfare.wire.Frame;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The place of a status in a stream of several members.
 *
 * @param opening what is known of the status, to be written first in the form that was asked for
 * @param backlog what follows, to be told that it has joined; null if the status has ended, and {@code opening} says so
 * @param hasEnded whether the status has ended, so that what is complete has told {@code end}
 * @param left to be called once, without locks, when the status has left the stream
 */
public record Attachment(List<Frame> opening, @Nullable Backlog backlog, BooleanSupplier hasEnded, Runnable left) {}
