package dev.fanfare.stream;

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
public abstract class ClientStream implements Outlet.Listener, Runnable {
    private static final System.Logger LOG = System.getLogger(ClientStream.class.getName());
    private static final int BATCHES_PER_TURN = 16;
    private static final long NEVER = Long.MAX_VALUE;

    /** A permit is asked with each heartbeat, and this often where heartbeats are rarer. */
    private static final Duration PERMIT_CHECK = Duration.ofMinutes(1);

    public final WriterLoop loop;
    private final WriterLoops loops;
    private final Outlet outlet;
    private final Consumer<CloseReason> onClose;
    private final long silenceNanos;
    private final long expiresNanos;
    private final boolean expiresToTheMoment;
    private final @Nullable Permit permit;
    private long permittedNanos;
    private Ticker.@Nullable Alarm expiry;

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
    private boolean turnQueued;
    private CloseReason endReason = CloseReason.ENDED;
    private long lastWriteNanos;

    // What was counted for it: bytes of its own, or a frame that was written in part.
    private long pinned;
    private @Nullable Frame half;

    /** Null while the client keeps up. */
    private @Nullable ProgressWindow busy;

    /**
     * @param heartbeat how long the stream may be silent at most, if the settings don't say less; null for what they say
     * @param maxDuration how long the stream lasts, about; null for as long as the client stays
     * @param permit ends the stream when it is over; null for a stream that needs none
     */
    public ClientStream(
            WriterLoops loops,
            WriterLoop loop,
            Outlet outlet,
            List<Frame> opening,
            @Nullable Duration heartbeat,
            @Nullable Duration maxDuration,
            @Nullable Permit permit,
            Consumer<CloseReason> onClose) {
        this.loops = loops;
        this.loop = loop;
        this.outlet = outlet;
        this.onClose = onClose;
        this.permit = permit;
        this.lastWriteNanos = loops.ticker().nanos();
        this.permittedNanos = lastWriteNanos;
        this.silenceNanos = silence(loops, heartbeat).toNanos();
        long lastsNanos = maxDuration == null ? NEVER : withJitter(maxDuration.toNanos());
        Duration atMost = permit == null ? null : permit.left();
        if (atMost != null && atMost.compareTo(Duration.ofNanos(lastsNanos)) < 0) {
            this.expiresToTheMoment = true;
            lastsNanos = Math.max(0, atMost.toNanos());
        } else {
            this.expiresToTheMoment = false;
        }
        this.expiresNanos = lastsNanos == NEVER ? NEVER : lastWriteNanos + lastsNanos;
        if (!opening.isEmpty()) {
            own = new ArrayDeque<>(opening);
        }
    }

    /** A client that asks gets its heartbeat in time, and so at the last tick before; what is configured is about right. */
    private static Duration silence(WriterLoops loops, @Nullable Duration asked) {
        Duration configured = loops.settings().heartbeat();
        if (asked == null) {
            return configured;
        }
        Duration inTime = asked.minus(loops.tickEvery());
        return inTime.compareTo(configured) < 0 ? inTime : configured;
    }

    private static long withJitter(long nanos) {
        return nanos - ThreadLocalRandom.current().nextLong(nanos / 10 + 1);
    }

    /** What follows in the stream, at most a batch of it; null if there is nothing now. */
    protected abstract @Nullable Batch next();

    /** The first {@code taken} frames of the batch that {@link #next} gave last are the outlet's now. */
    protected abstract void advance(Batch batch, int taken);

    /** Whether the stream is over once {@link #next} gives nothing. */
    protected abstract boolean isComplete();

    /** What the stream is counted by. */
    protected abstract StreamKind kind();

    /** By how many positions of its log the client is behind. */
    protected long lag() {
        return 0;
    }

    /** Whether it reads what is not in memory any more. */
    protected boolean isCatchingUp() {
        return false;
    }

    /** What keeps the connection alive while there are no events. */
    protected Frame heartbeat() {
        return EventEncoder.HEARTBEAT;
    }

    /** The loop owns the stream now. Called once, before anything is written. */
    protected void started() {}

    /** Lets go of what the stream holds. Called once. */
    protected void released(CloseReason reason) {}

    /** The client takes nothing, and has not for a while. */
    protected void stalls() {}

    /**
     * Takes the stream into its loop; called once, from any thread.
     *
     * @throws IllegalStateException if the service is closed; the outlet is closed then
     */
    public final void start() {
        loops.opened();
        if (!loop.execute(() -> guarded(this::enter))) {
            loops.gone();
            outlet.abort();
            throw WriterLoops.closedAlready();
        }
    }

    private void enter() {
        loop.add(this);
        loop.counters().opened(kind(), outlet.kind());
        started();
        outlet.open(this, loop.selector());
        if (expiresToTheMoment) {
            Duration left = Duration.ofNanos(expiresNanos - loops.ticker().nanos());
            if (left.isNegative() || left.isZero()) {
                end(CloseReason.EXPIRED);
                return;
            }
            expiry = loops.ticker().schedule(left, () -> loop.execute(() -> end(CloseReason.EXPIRED)));
        }
        drain();
        if (loops.isClosed()) {
            // Behind the tasks that bring what was published before.
            loop.execute(() -> end(CloseReason.SHUTDOWN));
        }
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
        guarded(this::account);
        drain();
    }

    public final boolean isBlocked() {
        return blocked;
    }

    public final boolean isOpen() {
        return state == State.OPEN;
    }

    final StreamSettings settings() {
        return loops.settings();
    }

    /** Puts a frame before all that {@link #next} will give. */
    public final void writeOwn(Frame frame) {
        if (own == null) {
            own = new ArrayDeque<>(2);
        }
        own.add(frame);
    }

    /** Writes as long as there is something and the outlet takes it. */
    public final void drain() {
        guarded(this::writeAll);
    }

    /** Whatever fails in a step, an outlet or foreign code, closes this stream and concerns no other. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "A stream failed and was closed", e);
            close(CloseReason.FAILED);
        }
    }

    private void writeAll() {
        for (int turn = 0; state == State.OPEN && !blocked; turn++) {
            if (turn == BATCHES_PER_TURN) {
                if (!turnQueued) {
                    turnQueued = true;
                    loop.execute(this::nextTurn);
                }
                return;
            }
            if (!writeOnce()) {
                if (isComplete()) {
                    end(CloseReason.ENDED);
                }
                return;
            }
        }
    }

    private void nextTurn() {
        turnQueued = false;
        drain();
    }

    private boolean writeOnce() {
        ArrayDeque<Frame> first = own;
        if (first != null) {
            Batch.Builder builder = new Batch.Builder(0);
            first.forEach(builder::add);
            Batch batch = builder.build();
            int taken = write(batch);
            int events = 0;
            for (int i = 0; i < taken; i++) {
                events += first.remove().events();
            }
            loop.counters().sent(kind(), events, batch.payloadBytes(taken));
            own = first.isEmpty() ? null : first;
            return true;
        }
        Batch batch = next();
        if (batch == null) {
            return false;
        }
        int taken = batch.size() == 0 ? 0 : write(batch);
        loop.counters().sent(kind(), taken, batch.payloadBytes(taken));
        advance(batch, taken);
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

    /** Counts what is held for this client: a frame that it shares with others once for all of them, else its bytes. */
    private void account() {
        Frame frame = outlet.halfWritten();
        long bytes = frame == null ? outlet.pendingBytes() : 0;
        if (frame == half && bytes == pinned) {
            return;
        }
        long delta = bytes - pinned;
        pinned = bytes;
        if (frame != half) {
            delta += frame == null ? 0 : loop.holdFrame(frame);
            delta -= half == null ? 0 : loop.releaseFrame(half);
            half = frame;
        }
        loop.addPinnedBytes(delta);
        if (loops.pin(delta) && delta > 0) {
            loops.relieve();
        }
    }

    private boolean isHalfWritten() {
        return pinned > 0 || half != null;
    }

    private void accountForNone() {
        long delta = -pinned - (half == null ? 0 : loop.releaseFrame(half));
        pinned = 0;
        half = null;
        loop.addPinnedBytes(delta);
        loops.pin(delta);
    }

    /** Adds how this client does, if it holds half-written bytes. */
    final void addPinning(List<HalfWritten> pinning) {
        guarded(() -> {
            account();
            ProgressWindow window = busy;
            if (isHalfWritten() && window != null) {
                long movedBytes = window.movedBytes(outlet.acceptedBytes());
                pinning.add(new HalfWritten(
                        this, movedBytes, window.lasts(loops.ticker().nanos())));
            } else if (isHalfWritten()) {
                pinning.add(new HalfWritten(this, Long.MAX_VALUE, 0));
            }
        });
    }

    /** Looks after the stream: heartbeat, stalled and dripping clients, maximum duration. */
    final void tick() {
        guarded(this::lookAfter);
    }

    private void lookAfter() {
        long now = loops.ticker().nanos();
        account();
        if (state == State.OPEN && expiresNanos != NEVER && now - expiresNanos >= 0) {
            end(CloseReason.EXPIRED);
            return;
        }
        if (state == State.OPEN && !isPermitted(now)) {
            end(CloseReason.EXPIRED);
        }
        if (blocked || isHalfWritten() || state == State.ENDING) {
            lookAfterBusy(now);
            return;
        }
        busy = null;
        if (state == State.OPEN && now - lastWriteNanos >= silenceNanos) {
            writeOwn(heartbeat());
            drain();
        }
    }

    /** Also for a client that gets so many events that it needs no heartbeats. */
    private boolean isPermitted(long now) {
        Permit asked = permit;
        long pause = Math.min(settings().heartbeat().toNanos(), PERMIT_CHECK.toNanos());
        if (asked == null || now - permittedNanos < pause) {
            return true;
        }
        permittedNanos = now;
        return asked.holds().getAsBoolean();
    }

    private void lookAfterBusy(long now) {
        long accepted = outlet.acceptedBytes();
        ProgressWindow window = busy;
        if (window == null) {
            busy = new ProgressWindow(now, accepted);
            return;
        }
        Duration length = settings().writeTimeout();
        if (window.lasts(now) >= length.toNanos()) {
            if (state != State.OPEN || !window.hasMovedEnough(accepted, length)) {
                close(state == State.ENDING ? endReason : CloseReason.STALLED);
                return;
            }
            busy = new ProgressWindow(now, accepted);
        }
        if (blocked) {
            stalls();
        }
    }

    /** Ends the stream at a frame's end if it stands at one, else cuts it off. */
    public final void end(CloseReason reason) {
        guarded(() -> endInOrder(reason));
    }

    private void endInOrder(CloseReason reason) {
        if (state != State.OPEN) {
            return;
        }
        if (outlet.pendingBytes() > 0 && blocked) {
            close(reason);
            return;
        }
        state = State.ENDING;
        endReason = reason;
        busy = new ProgressWindow(loops.ticker().nanos(), outlet.acceptedBytes());
        outlet.finish();
    }

    /** Closes the stream now. */
    public final void close(CloseReason reason) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        own = null;
        Ticker.Alarm alarm = expiry;
        if (alarm != null) {
            alarm.cancel();
        }
        try {
            outlet.abort();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "An outlet could not be closed", e);
        }
        accountForNone();
        loop.counters().closed(kind(), outlet.kind(), reason);
        loop.remove(this);
        loops.gone();
        released(reason);
        try {
            onClose.accept(reason);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "What was to be done at the end of a stream failed", e);
        }
    }
}
