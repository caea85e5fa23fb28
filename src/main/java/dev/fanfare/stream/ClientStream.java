package dev.fanfare.stream;

import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * The life of a stream:
 *
 *   OPEN      frames of its own first (opening, heartbeat, gap), then what the backlog gives, as long as the outlet takes it.
 *             A refusal sets `blocked`, until the outlet says that there is room. A stream that is `leaving` ends behind its
 *             own frames and asks its backlog for nothing more.
 *   ENDING    the outlet was told to finish; nothing is written any more, the outlet has until the write timeout.
 *   CLOSED    the outlet is closed, all is let go of, the close callback has been called once.
 *
 * drain() is the one place where events are written. It is called when there may be something to write: when new events
 * came, when the outlet has room, when a page was read.
 */
/**
 * One client's stream: asks its {@link Backlog} for what is next, writes it to its {@link Outlet}, and counts what was taken;
 * sends heartbeats, closes a client that takes nothing, and ends. Belongs to one {@link WriterLoop}; all methods run in its
 * thread, save {@link #start}, {@link #execute}, {@link #cutOff} and those of {@link Outlet.Listener}.
 */
public final class ClientStream implements StreamWriter, Outlet.Listener, Runnable {
    private static final System.Logger LOG = System.getLogger(ClientStream.class.getName());
    private static final int BATCHES_PER_TURN = 16;

    private enum State {
        OPEN,
        ENDING,
        CLOSED
    }

    private final WriterLoops loops;
    private final WriterLoop loop;
    private final Outlet outlet;
    private final Backlog backlog;
    private final Heartbeat heartbeat;
    private final Expiry expiry;
    private final Consumer<CloseReason> onClose;
    private final HalfWritten halfWritten;

    /** The stream's slot in its loop's list. */
    int slot = SlotList.NONE;

    private State state = State.OPEN;
    private @Nullable ArrayDeque<Frame> own;
    private boolean blocked;
    private boolean turnQueued;
    /** Ends as soon as its own frames are written. */
    private boolean leaving;

    private CloseReason endReason = CloseReason.ENDED;
    private Ticker.@Nullable Alarm expiryAlarm;

    /** Null while the client keeps up. */
    private @Nullable StallCheck stallCheck;

    /**
     * A stream to be started.
     *
     * @param opening what is written before all that the backlog gives
     * @param mostSilence how long the stream may be silent at most, if the settings don't say less; null for what they say
     * @param onClose called once, in the loop, when the stream has ended; must not block
     */
    public ClientStream(
            WriterLoops loops,
            WriterLoop loop,
            Outlet outlet,
            Backlog backlog,
            List<Frame> opening,
            @Nullable Duration mostSilence,
            Expiry expiry,
            Consumer<CloseReason> onClose) {
        this(loops, loop, outlet, writer -> backlog, opening, mostSilence, expiry, onClose);
    }

    /**
     * A stream to be started, of a backlog that has to know what writes it.
     *
     * @param backlog makes it for the stream that it is given, which it may not use before it has {@link Backlog#joined}
     */
    public ClientStream(
            WriterLoops loops,
            WriterLoop loop,
            Outlet outlet,
            Function<StreamWriter, Backlog> backlog,
            List<Frame> opening,
            @Nullable Duration mostSilence,
            Expiry expiry,
            Consumer<CloseReason> onClose) {
        this.loops = loops;
        this.loop = loop;
        this.outlet = outlet;
        this.heartbeat = new Heartbeat(loops, mostSilence);
        this.expiry = expiry;
        this.onClose = onClose;
        this.halfWritten = new HalfWritten(loops, loop);
        this.own = opening.isEmpty() ? null : new ArrayDeque<>(opening);
        this.backlog = backlog.apply(this);
    }

    // Called by any thread.

    /**
     * Takes the stream into its loop; called once.
     *
     * @throws IllegalStateException if the service is closed; the outlet is closed then
     */
    public void start() {
        loops.opened();
        if (!loop.execute(() -> guarded(this::enter))) {
            loops.gone();
            outlet.abort();
            throw WriterLoops.closedAlready();
        }
    }

    @Override
    public void execute(Runnable step) {
        loop.execute(() -> {
            if (state == State.OPEN) {
                guarded(step);
            }
        });
    }

    /** Closes the stream soon, so that the client sees that something was cut off. */
    public void cutOff() {
        loop.execute(() -> close(CloseReason.FAILED));
    }

    @Override
    public void writable() {
        loop.execute(this);
    }

    @Override
    public void closed(CloseReason reason) {
        loop.execute(() -> close(state == State.ENDING ? endReason : reason));
    }

    // Called in the loop's thread.

    private void enter() {
        loop.add(this);
        loop.stats().opened(backlog.kind(), outlet.kind());
        backlog.joined();
        outlet.open(this, loop.selector());
        Duration left = expiry.exactlyLeft(loops.ticker().nanos());
        if (left != null) {
            if (left.isNegative() || left.isZero()) {
                end(CloseReason.EXPIRED);
                return;
            }
            expiryAlarm = loops.ticker().schedule(left, () -> loop.execute(() -> end(CloseReason.EXPIRED)));
        }
        drain();
        if (loops.isClosed()) {
            // Behind the tasks that bring what was published before.
            loop.execute(() -> end(CloseReason.SHUTDOWN));
        }
    }

    /** The outlet has room. */
    @Override
    public void run() {
        blocked = false;
        guarded(() -> halfWritten.charge(outlet));
        drain();
    }

    public boolean isBlocked() {
        return blocked;
    }

    public boolean isOpen() {
        return state == State.OPEN;
    }

    Backlog backlog() {
        return backlog;
    }

    @Override
    public void writeFirst(Frame frame) {
        if (own == null) {
            own = new ArrayDeque<>(2);
        }
        own.add(frame);
    }

    @Override
    public void drain() {
        assert loop.isOwnThread() : "a stream is written to in its loop only";
        if (state != State.OPEN) {
            return;
        }
        try {
            writeTurn();
            if (state != State.CLOSED) {
                backlog.paused(blocked);
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void writeTurn() {
        for (int turn = 0; state == State.OPEN && !blocked; turn++) {
            // Where clients hold too much, those that are to be closed come first, however many clients this task
            // writes to.
            if (turn == BATCHES_PER_TURN || loops.holdsTooMuch(loop)) {
                queueTurn();
                return;
            }
            if (own != null) {
                writeOwn(own);
                continue;
            }
            if (leaving) {
                end(CloseReason.SHUTDOWN);
                return;
            }
            Batch batch = backlog.next();
            if (batch == null) {
                if (backlog.isComplete()) {
                    end(CloseReason.ENDED);
                }
                return;
            }
            int taken = batch.size() == 0 ? 0 : write(batch);
            loop.stats().sent(backlog.kind(), taken, batch.payloadBytes(taken));
            backlog.taken(batch, taken);
        }
    }

    /** Goes on behind the tasks that wait, so that other clients have their turn. */
    private void queueTurn() {
        if (!turnQueued) {
            turnQueued = true;
            loop.execute(() -> {
                turnQueued = false;
                drain();
            });
        }
    }

    private void writeOwn(ArrayDeque<Frame> frames) {
        Batch.Builder builder = new Batch.Builder(0);
        frames.forEach(builder::add);
        Batch batch = builder.build();
        int taken = write(batch);
        int events = 0;
        for (int i = 0; i < taken; i++) {
            events += frames.remove().events();
        }
        loop.stats().sent(backlog.kind(), events, batch.payloadBytes(taken));
        own = frames.isEmpty() ? null : frames;
    }

    private int write(Batch batch) {
        long before = loops.ticker().nanos(); // afterwards the client may have waited for a while already
        int taken = outlet.write(batch, 0);
        if (taken > 0) {
            heartbeat.wrote(before);
        }
        if (taken < batch.size()) {
            blocked = true;
        }
        halfWritten.charge(outlet);
        return taken;
    }

    /** Whatever fails in a step, an outlet or foreign code, closes this stream and concerns no other. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void fail(Throwable error) {
        LOG.log(System.Logger.Level.ERROR, "A stream failed and was closed", error);
        close(CloseReason.FAILED);
    }

    // Its health.

    /** Looks after the stream: heartbeat, stalled and dripping clients, maximum duration. */
    void tick() {
        guarded(() -> checkHealth(loops.ticker().nanos()));
    }

    private void checkHealth(long now) {
        halfWritten.charge(outlet);
        if (state == State.OPEN && expiry.isReached(now, loops.settings().heartbeat())) {
            end(CloseReason.EXPIRED);
        } else if (blocked || halfWritten.isAny() || state == State.ENDING) {
            checkStall(now);
        } else {
            stallCheck = null;
            if (state == State.OPEN && heartbeat.isDue(now)) {
                writeFirst(backlog.heartbeat());
                drain();
            }
        }
    }

    private void checkStall(long now) {
        long accepted = outlet.acceptedBytes();
        StallCheck check = stallCheck;
        if (check == null) {
            stallCheck = new StallCheck(now, accepted);
            return;
        }
        Duration length = loops.settings().writeTimeout();
        if (check.lasts(now) >= length.toNanos()) {
            if (state != State.OPEN || !check.hasMovedEnough(accepted, length)) {
                close(state == State.ENDING ? endReason : CloseReason.STALLED);
                return;
            }
            stallCheck = new StallCheck(now, accepted);
        }
        if (blocked) {
            backlog.stalled();
        }
    }

    /** Adds how this client does, if it holds half-written bytes. */
    void addHolder(List<Relief.Holder> holders) {
        guarded(() -> {
            halfWritten.charge(outlet);
            if (!halfWritten.isAny()) {
                return;
            }
            StallCheck check = stallCheck;
            holders.add(
                    check == null
                            ? new Relief.Holder(this, Long.MAX_VALUE, 0)
                            : new Relief.Holder(
                                    this,
                                    check.movedBytes(outlet.acceptedBytes()),
                                    check.lasts(loops.ticker().nanos())));
        });
    }

    // Its end.

    /** Ends the stream at a frame's end if it stands at one, else cuts it off. */
    public void end(CloseReason reason) {
        guarded(() -> endInOrder(reason));
    }

    /**
     * Ends the stream behind one more frame. A client that reads slowly is waited for, until the write timeout; what it has not
     * got yet it asks for when it reconnects.
     */
    void leave(Frame farewell) {
        if (state == State.OPEN && !leaving) {
            leaving = true;
            writeFirst(farewell);
            drain();
        }
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
        stallCheck = new StallCheck(loops.ticker().nanos(), outlet.acceptedBytes());
        outlet.finish();
    }

    @Override
    public void close(CloseReason reason) {
        assert loop.isOwnThread() : "a stream is closed in its loop only";
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        own = null;
        Ticker.Alarm alarm = expiryAlarm;
        if (alarm != null) {
            alarm.cancel();
        }
        try {
            outlet.abort();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "An outlet could not be closed", e);
        }
        halfWritten.release();
        if (loop.remove(this)) {
            loop.stats().closed(backlog.kind(), outlet.kind(), reason);
        }
        loops.gone();
        backlog.released();
        try {
            onClose.accept(reason);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "What was to be done at the end of a stream failed", e);
        }
    }
}
