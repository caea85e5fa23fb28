package dev.fanfare.hub;

import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * The life of a stream:
 *
 *   OPEN      frames of its own first (opening, heartbeat, gap), then what next() gives, as long as the outlet takes it.
 *             A refusal sets `blocked`, until the outlet says that there is room.
 *   ENDING    the outlet was told to finish; nothing is written any more, the outlet has until the write timeout.
 *   CLOSED    the outlet is closed, all is let go of, the close callback has been called once.
 *
 * drain() is called when there may be something to write: by a task, when the outlet has room, when new events came.
 */
/**
 * One client's stream: an outlet, what is written to it, heartbeats, and its end. Belongs to one {@link WriterLoop}; all
 * methods run in its thread, save those of {@link Outlet.Listener}.
 */
abstract class ClientStream implements Outlet.Listener, Runnable {
    private static final System.Logger LOG = System.getLogger(ClientStream.class.getName());
    private static final int BATCHES_PER_TURN = 16;
    private static final long LEAST_BYTES_PER_SECOND = 1024;
    private static final long NEVER = Long.MAX_VALUE;

    final WriterLoop loop;
    private final WriterLoops loops;
    private final Outlet outlet;
    private final Consumer<CloseReason> onClose;
    private final long expiresNanos;

    /** The stream's place in its loop's list. */
    int index;

    private enum State {
        OPEN,
        ENDING,
        CLOSED
    }

    private State state = State.OPEN;
    private @Nullable ArrayDeque<Frame> own;
    private boolean blocked;
    private CloseReason endReason = CloseReason.ENDED;
    private long lastWriteNanos;
    private long pinned;

    // The window in which a busy client has to move: since when, and what the socket had taken then.
    private boolean busy;
    private long busySinceNanos;
    private long busyFromBytes;

    /** @param maxDuration how long the stream lasts; null for as long as the client stays */
    ClientStream(
            WriterLoops loops,
            WriterLoop loop,
            Outlet outlet,
            List<Frame> opening,
            @Nullable Duration maxDuration,
            Consumer<CloseReason> onClose) {
        this.loops = loops;
        this.loop = loop;
        this.outlet = outlet;
        this.onClose = onClose;
        this.lastWriteNanos = loops.ticker().nanos();
        this.expiresNanos = maxDuration == null ? NEVER : lastWriteNanos + withJitter(maxDuration.toNanos());
        if (!opening.isEmpty()) {
            own = new ArrayDeque<>(opening);
        }
    }

    private static long withJitter(long nanos) {
        return nanos - ThreadLocalRandom.current().nextLong(nanos / 10 + 1);
    }

    /** What follows in the stream, at most a batch of it; null if there is nothing now. */
    abstract @Nullable Batch next();

    /** The first {@code taken} frames of the batch that {@link #next} gave last are the outlet's now. */
    abstract void advance(Batch batch, int taken);

    /** Whether the stream is over once {@link #next} gives nothing. */
    abstract boolean isComplete();

    /** What keeps the connection alive while there are no events. */
    Frame heartbeat() {
        return EventEncoder.HEARTBEAT;
    }

    /** The loop owns the stream now. Called once, before anything is written. */
    void started() {}

    /** Lets go of what the stream holds. Called once. */
    void released(CloseReason reason) {}

    /** Takes the stream into its loop; called once, from any thread. */
    final void start() {
        loops.opened();
        loop.execute(() -> {
            loop.add(this);
            started();
            outlet.open(this, loop.selector());
            if (loops.isClosed()) {
                end(CloseReason.SHUTDOWN);
            } else {
                drain();
            }
        });
    }

    @Override
    public final void writable() {
        loop.execute(this);
    }

    @Override
    public final void closed(CloseReason reason) {
        loop.execute(() -> close(state == State.ENDING ? endReason : reason));
    }

    /** The outlet has room. */
    @Override
    public final void run() {
        blocked = false;
        drain();
    }

    final boolean isBlocked() {
        return blocked;
    }

    final boolean isOpen() {
        return state == State.OPEN;
    }

    final StreamSettings settings() {
        return loops.settings();
    }

    /** Puts a frame before all that {@link #next} will give. */
    final void writeOwn(Frame frame) {
        if (own == null) {
            own = new ArrayDeque<>(2);
        }
        own.add(frame);
    }

    /** Writes as long as there is something and the outlet takes it. */
    final void drain() {
        try {
            for (int turn = 0; state == State.OPEN && !blocked; turn++) {
                if (turn == BATCHES_PER_TURN) {
                    loop.execute(this);
                    return;
                }
                if (!writeOnce()) {
                    if (isComplete()) {
                        end(CloseReason.ENDED);
                    }
                    return;
                }
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A stream failed and was closed", e);
            close(CloseReason.FAILED);
        }
    }

    private boolean writeOnce() {
        ArrayDeque<Frame> first = own;
        if (first != null) {
            Batch.Builder builder = new Batch.Builder(0);
            first.forEach(builder::add);
            Batch batch = builder.build();
            int taken = write(batch);
            for (int i = 0; i < taken; i++) {
                first.remove();
            }
            own = first.isEmpty() ? null : first;
            return true;
        }
        Batch batch = next();
        if (batch == null) {
            return false;
        }
        advance(batch, batch.size() == 0 ? 0 : write(batch));
        return true;
    }

    private int write(Batch batch) {
        int taken = outlet.write(batch, 0);
        if (taken > 0) {
            lastWriteNanos = loops.ticker().nanos();
        }
        if (taken < batch.size()) {
            blocked = true;
        }
        account();
        return taken;
    }

    private void account() {
        long now = outlet.pendingBytes();
        if (now != pinned) {
            long delta = now - pinned;
            pinned = now;
            if (loops.pin(delta) && delta > 0) {
                loop.execute(() -> relieve(loop, loops));
            }
        }
    }

    /** Closes clients that moved least until the half-written frames of all are within the bound again. */
    private static void relieve(WriterLoop loop, WriterLoops loops) {
        while (loops.pin(0)) {
            ClientStream[] least = new ClientStream[1];
            loop.forEach(stream -> {
                stream.account();
                if (stream.pinned > 0 && (least[0] == null || stream.movedLessThan(least[0]))) {
                    least[0] = stream;
                }
            });
            if (least[0] == null) {
                return;
            }
            if (loops.pin(0)) {
                least[0].close(CloseReason.PINNED);
            }
        }
    }

    private boolean movedLessThan(ClientStream other) {
        return outlet.acceptedBytes() - busyFromBytes < other.outlet.acceptedBytes() - other.busyFromBytes;
    }

    /** Looks after the stream: heartbeat, stalled and dripping clients, maximum duration. */
    final void tick() {
        long now = loops.ticker().nanos();
        account();
        if (state == State.OPEN && expiresNanos != NEVER && now - expiresNanos >= 0) {
            end(CloseReason.EXPIRED);
        } else if (blocked || pinned > 0 || state == State.ENDING) {
            if (!movesEnough(now)) {
                close(state == State.ENDING ? endReason : CloseReason.STALLED);
            }
            return;
        }
        busy = false;
        if (state == State.OPEN
                && now - lastWriteNanos >= settings().heartbeat().toNanos()) {
            writeOwn(heartbeat());
            drain();
        }
    }

    private boolean movesEnough(long now) {
        long accepted = outlet.acceptedBytes();
        if (!busy) {
            busy = true;
            busySinceNanos = now;
            busyFromBytes = accepted;
            return true;
        }
        long windowNanos = settings().writeTimeout().toNanos();
        if (now - busySinceNanos < windowNanos) {
            return true;
        }
        boolean enough = state == State.OPEN
                && accepted - busyFromBytes >= Math.max(1, LEAST_BYTES_PER_SECOND * (windowNanos / 1_000_000) / 1000);
        busySinceNanos = now;
        busyFromBytes = accepted;
        return enough;
    }

    /** Ends the stream at a frame's end if it stands at one, else cuts it off. */
    final void end(CloseReason reason) {
        if (state != State.OPEN) {
            return;
        }
        if (outlet.pendingBytes() > 0 && blocked) {
            close(reason);
            return;
        }
        state = State.ENDING;
        endReason = reason;
        busy = false;
        movesEnough(loops.ticker().nanos());
        outlet.finish();
    }

    /** Closes the stream now. */
    final void close(CloseReason reason) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        own = null;
        outlet.abort();
        loops.pin(-pinned);
        pinned = 0;
        loop.remove(this);
        loops.gone();
        released(reason);
        onClose.accept(reason);
    }
}
