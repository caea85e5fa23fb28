package dev.fanfare.testing;

import dev.fanfare.stream.Batch;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.wire.EventDecoder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/*
 * The socket in between has room for so many bytes, at first for any number:
 *
 *   write() -> bytes as far as there is room      -> what the client has
 *           -> the rest of the frame begun        -> pending, until there is room
 *           -> frames behind it                   -> refused, until nothing is pending and there is room
 */
/**
 * An outlet in memory that keeps what was written and decodes it. It takes everything, unless a test leaves it less {@link
 * #room} or has it {@link #refuse}. All waiting ends by a deadline, with what was written so far in the message.
 * Thread-safe.
 */
public final class RecordingOutlet implements Outlet {
    /** How long a test waits for what must come. */
    public static final Duration DEADLINE = Patience.LONG;

    private static final int MAX_SHOWN = 2000;

    /**
     * An event as a client would see it.
     *
     * @param id the last event id as of this event; null if there is none
     * @param type the type; {@code message} if it has none
     */
    public record Received(@Nullable String id, String type, String data) {}

    /** A call that can be made to fail. */
    public enum Call {
        OPEN,
        WRITE,
        PENDING_BYTES,
        FINISH,
        ABORT
    }

    // Guarded by this.
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final EventDecoder decoder = new EventDecoder(new Decoded(), Integer.MAX_VALUE);
    private final List<Received> events = new ArrayList<>();
    private final List<String> comments = new ArrayList<>();
    private final List<Duration> retries = new ArrayList<>();
    private final Set<Call> failing = EnumSet.noneOf(Call.class);
    private ByteBuffer pending = ByteBuffer.allocate(0);
    private @Nullable Listener listener;
    private long room = Long.MAX_VALUE;
    private Runnable onWrite = () -> {};
    private int writes;
    private boolean refused;
    private boolean finished;
    private boolean silent;
    private boolean aborted;

    private final class Decoded implements EventDecoder.Handler {
        @Override
        public void event(String type, String data, String lastEventId) {
            events.add(new Received(lastEventId.isEmpty() ? null : lastEventId, type, data));
        }

        @Override
        public void retry(Duration delay) {
            retries.add(delay);
        }

        @Override
        public void comment(String text) {
            comments.add(text);
        }
    }

    /** Runs something at each write, before it. */
    public synchronized RecordingOutlet onWrite(Runnable action) {
        onWrite = action;
        return this;
    }

    @Override
    public synchronized void open(Listener given, Selector selector) {
        failIfAsked(Call.OPEN);
        listener = given;
        notifyAll();
    }

    @Override
    public synchronized int write(Batch batch, int from) {
        failIfAsked(Call.WRITE);
        onWrite.run();
        writes++;
        int taken = 0;
        while (from + taken < batch.size() && room > 0 && !pending.hasRemaining()) {
            pending = batch.frame(from + taken++).payload();
            flush();
        }
        refused |= from + taken < batch.size();
        notifyAll();
        return taken;
    }

    private void flush() {
        int length = (int) Math.min(room, pending.remaining());
        if (length == 0) {
            return;
        }
        byte[] moved = new byte[length];
        pending.get(moved);
        room -= room == Long.MAX_VALUE ? 0 : length;
        bytes.writeBytes(moved);
        decoder.feed(ByteBuffer.wrap(moved));
        notifyAll();
    }

    @Override
    public synchronized long pendingBytes() {
        failIfAsked(Call.PENDING_BYTES);
        return aborted ? 0 : pending.remaining();
    }

    @Override
    public synchronized long acceptedBytes() {
        return bytes.size();
    }

    @Override
    public void finish() {
        Listener told;
        synchronized (this) {
            failIfAsked(Call.FINISH);
            finished = true;
            told = silent ? null : listener;
            notifyAll();
        }
        if (told != null) {
            told.closed(CloseReason.LEFT);
        }
    }

    @Override
    public synchronized void abort() {
        aborted = true;
        notifyAll();
        failIfAsked(Call.ABORT);
    }

    private void failIfAsked(Call call) {
        if (failing.contains(call)) {
            throw new IllegalStateException("told to fail in " + call);
        }
    }

    /** Throws whenever it is called so from now on. */
    public synchronized RecordingOutlet failIn(Call call) {
        failing.add(call);
        return this;
    }

    /** Does not say any more that the stream has ended, like a client that does not read the end of it. */
    public synchronized RecordingOutlet neverEnds() {
        silent = true;
        return this;
    }

    /** Takes nothing from now on, like a client that does not read. */
    public RecordingOutlet refuse() {
        return room(0);
    }

    /** Takes everything again. */
    public void accept() {
        room(Long.MAX_VALUE);
    }

    /** Takes so many bytes from now on, then no more; a frame may be cut in two by that. */
    public RecordingOutlet room(long most) {
        Listener told;
        synchronized (this) {
            room = most;
            flush();
            boolean takes = room > 0 && !pending.hasRemaining();
            told = refused && takes ? listener : null;
            refused &= !takes;
        }
        if (told != null) {
            told.writable();
        }
        return this;
    }

    /** Does what a client does that closes its connection. */
    public void leave() {
        Listener told;
        synchronized (this) {
            told = listener;
        }
        if (told == null) {
            throw new IllegalStateException("the stream is not open yet");
        }
        told.closed(CloseReason.LEFT);
    }

    /** All that was written so far. */
    public synchronized String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** The events that a client would dispatch, in their order. */
    public synchronized List<Received> events() {
        return List.copyOf(events);
    }

    /** The data of the events, in their order. */
    public List<String> data() {
        return events().stream().map(Received::data).toList();
    }

    /** The comments, without their colon. */
    public synchronized List<String> comments() {
        return List.copyOf(comments);
    }

    /** The reconnection delays that were set. */
    public synchronized List<Duration> retries() {
        return List.copyOf(retries);
    }

    /** What the client would send as {@code Last-Event-ID}; empty for none. */
    public synchronized String lastEventId() {
        return decoder.lastEventId();
    }

    /** How many times something was written, refused or not. */
    public synchronized int writes() {
        return writes;
    }

    /** Whether something was refused that has not been asked for again. */
    public synchronized boolean hasRefused() {
        return refused;
    }

    /** Whether the stream was ended in good order. */
    public synchronized boolean isFinished() {
        return finished;
    }

    /** Whether the outlet is closed, after the end of the stream or in the middle. */
    public synchronized boolean isClosed() {
        return aborted;
    }

    /** Waits until {@code part} has been written. */
    public void awaitText(String part) {
        await("'" + part + "'", () -> text().contains(part));
    }

    /** Waits until there are so many events. */
    public void awaitEvents(int count) {
        await(count + " events", () -> events.size() >= count);
    }

    /** Waits until the client would come again with this id. */
    public void awaitLastEventId(String id) {
        await("the id " + id, () -> decoder.lastEventId().equals(id));
    }

    /** Waits until so many comments were written. */
    public void awaitComments(int count) {
        await(count + " comments", () -> comments.size() >= count);
    }

    /** Waits until something has been refused. */
    public void awaitRefusal() {
        await("a refusal", () -> refused);
    }

    /** Waits until the stream has been opened. */
    public void awaitOpen() {
        await("the stream's beginning", () -> listener != null);
    }

    /** Waits until the stream has ended in good order. */
    public void awaitEnd() {
        await("the end of the stream", () -> finished);
    }

    /** Waits until the outlet is closed. */
    public void awaitClosed() {
        await("the outlet's being closed", () -> aborted);
    }

    private synchronized void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            long leftMs = (end - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                String found = text();
                int from = Math.max(0, found.length() - MAX_SHOWN);
                throw new AssertionError("expected " + what + " within " + DEADLINE + ", found " + events.size()
                        + " events, at last: " + found.substring(from));
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for " + what, e);
            }
        }
    }
}
