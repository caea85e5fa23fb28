package dev.fanfare.stream;

import dev.fanfare.wire.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * A loop is a thread with a selector and a queue of tasks. Whoever has work for the loop adds a task and wakes it; the
 * loop runs tasks until there are none, runs what its selector has, and sleeps in the selector. It never blocks
 * elsewhere, so no client waits for another.
 *
 * Going to sleep: the loop sets `sleeping`, then looks at the queue once more; a producer adds its task, then looks at
 * `sleeping`. Both are volatile, so at least one of them sees the other, and no task is left behind. The end is like it:
 * the loop sets `ended`, then runs what is left in the queue.
 *
 * Nothing but stop() ends the thread. Whatever a turn of the loop fails with, want of memory or a bug, the next turn is tried.
 * A selector that is closed, or fails again and again, is replaced; the channels of the clients hang on the old one, so
 * these clients are cut off and reconnect. While no selector can be opened (all file descriptors in use) the loop still
 * runs tasks, looks for new ones every 50 ms, and reports its fault.
 */
/**
 * One thread that writes to the clients it owns. Public methods may be called from any thread; what belongs to a stream
 * is touched in the loop's own thread only.
 */
public final class WriterLoop implements Runnable {
    private static final System.Logger LOG = System.getLogger(WriterLoop.class.getName());
    private static final int TASKS_PER_TURN = 256;
    private static final int FAILURES_OF_A_LOST_SELECTOR = 3;
    private static final long PAUSE_NANOS = 50_000_000;

    private static final String NOT_EVEN_REPORTED = "a writer loop fails, and there is no memory to say why";
    private static final long NOT_ASKED = Long.MIN_VALUE;

    /** Opens selectors. */
    @FunctionalInterface
    interface Selectors {
        Selector open() throws IOException;
    }

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Selectors selectors;
    private final Thread thread;
    private volatile Selector selector;
    private final AtomicBoolean sleeping = new AtomicBoolean();
    private volatile boolean stopping;
    private volatile boolean ended;
    /** Why the loop can't write; null while it can. */
    private volatile @Nullable String fault;
    /** When the loop was asked to look after its streams, if it has not begun; else {@link #NOT_ASKED}. */
    private volatile long tickAskedNanos = NOT_ASKED;

    /** Positions in the large inboxes of this loop's shards. */
    private final AtomicLong inboxPositions = new AtomicLong();

    private final StreamStats stats = new StreamStats();

    // Confined to the loop's thread.
    private final SlotList<ClientStream> streams =
            new SlotList<>(stream -> stream.slot, (stream, slot) -> stream.slot = slot);
    private long listedPositions;
    private long halfWrittenBytes;
    /** What clients of this loop have in hand and share, such as a page of history. */
    private final SharedBytes held = new SharedBytes();
    /** Frames that are half-written. */
    private final SharedBytes halfWritten = new SharedBytes();

    WriterLoop(String name, Selectors selectors) {
        this.selectors = selectors;
        try {
            selector = selectors.open();
        } catch (IOException e) {
            throw new UncheckedIOException("No selector can be opened; are all file descriptors in use?", e);
        }
        try {
            thread = new Thread(this, name);
            thread.setDaemon(true);
            thread.start();
        } catch (RuntimeException
                | Error e) { // no thread is to be had, and no loop; its descriptors must not stay in use
            closeSelector();
            throw e;
        }
    }

    /**
     * Runs {@code task} in the loop's thread, after the tasks added before.
     *
     * @return whether it runs; a loop that has ended drops it
     */
    public boolean execute(Runnable task) {
        tasks.add(task);
        // One of those who find it asleep wakes it; the others would only wait for the selector's lock.
        if (sleeping.get() && sleeping.compareAndSet(true, false)) {
            wakeUp();
        }
        return !ended || !tasks.remove(task);
    }

    private void wakeUp() {
        try {
            selector.wakeup();
        } catch (RuntimeException
                | Error e) { // the selector is lost, as the loop finds out itself; a publisher goes on
            LOG.log(System.Logger.Level.DEBUG, "A writer loop's selector could not be woken", e);
        }
    }

    /** Adds to the positions in large inboxes; whether the sum is above {@code most} now. */
    public boolean addInboxPositions(long more, long most) {
        return inboxPositions.addAndGet(more) > most;
    }

    /** Ends the thread after the tasks added before. */
    void stop() {
        execute(() -> stopping = true);
    }

    /** Waits for the thread's end. */
    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    public Selector selector() {
        return selector;
    }

    /** Whether the caller is this loop; for assertions. */
    public boolean isOwnThread() {
        return Thread.currentThread() == thread;
    }

    // The rest is called in the loop's thread.

    void add(ClientStream stream) {
        streams.add(stream);
    }

    /** Removes a stream; whether it had been added. */
    boolean remove(ClientStream stream) {
        boolean wasHere = streams.take(stream);
        if (streams.isEmpty()) {
            stats.looked(new StreamStats.Look());
        }
        return wasHere;
    }

    /** What this loop has done; only its own thread adds to it. */
    StreamStats stats() {
        return stats;
    }

    /** Has the loop look after its streams; one that has not begun with the look before is not asked again. Any thread. */
    void requestTick(long nowNanos) {
        if (tickAskedNanos == NOT_ASKED) {
            tickAskedNanos = nowNanos;
            try {
                execute(this::tick);
            } catch (RuntimeException | Error e) {
                tickAskedNanos = NOT_ASKED;
                throw e;
            }
        }
    }

    /** What keeps the loop from its work; null if nothing does. Any thread may ask. */
    @Nullable
    String fault(long nowNanos, Duration longestSilence) {
        String found = fault;
        if (found != null) {
            return found;
        }
        if (!stopping && !thread.isAlive()) {
            return "the thread " + thread.getName() + " has ended";
        }
        long asked = tickAskedNanos;
        return asked != NOT_ASKED && nowNanos - asked > longestSilence.toNanos()
                ? "the thread " + thread.getName() + " hangs; it has not answered for "
                        + Duration.ofNanos(nowNanos - asked).toSeconds() + " s"
                : null;
    }

    /** Looks after each stream, and at how far it is behind. */
    void tick() {
        tickAskedNanos = NOT_ASKED;
        StreamStats.Look look = new StreamStats.Look();
        forEach(stream -> {
            stream.tick();
            if (stream.isOpen()) {
                look.add(
                        stream.backlog().lag(),
                        stream.isBlocked(),
                        stream.backlog().isCatchingUp());
            }
        });
        stats.looked(look);
    }

    /** Calls {@code action} for each stream; the action may remove the stream it is given. */
    void forEach(Consumer<ClientStream> action) {
        for (int i = streams.size() - 1; i >= 0; i--) {
            action.accept(streams.get(i));
        }
    }

    /** Ends each stream in good order. */
    void endAll(CloseReason reason) {
        forEach(stream -> stream.end(reason));
    }

    /** What has each stream end behind a last frame. */
    List<Consumer<Frame>> leavers() {
        List<Consumer<Frame>> leavers = new ArrayList<>(streams.size());
        forEach(stream -> leavers.add(stream::leave));
        return leavers;
    }

    /** Closes each stream; one that fails to close keeps no other open. */
    void closeAll(CloseReason reason) {
        forEach(stream -> runGuarded(() -> stream.close(reason)));
    }

    /** Counts the positions that this loop's shards hold, for their common bound. */
    public long addListedPositions(long more) {
        listedPositions += more;
        return listedPositions;
    }

    /** Notes that a client has a frame half-written; the bytes that are held for it now and were not before. */
    long holdHalfWritten(Frame frame) {
        return halfWritten.hold(frame, frame.retainedBytes());
    }

    /** The opposite of {@link #holdHalfWritten}: the bytes that are not held any more. */
    long releaseHalfWritten(Frame frame) {
        return halfWritten.release(frame, frame.retainedBytes());
    }

    /**
     * Counts what a client has in hand and others may share: once, for however many clients.
     *
     * @param shared what is held; told apart by identity
     * @param bytes what it takes up in memory, always the same for the same object
     */
    public void hold(Object shared, long bytes) {
        held.hold(shared, bytes);
    }

    /** The opposite of {@link #hold}. */
    public void release(Object shared, long bytes) {
        held.release(shared, bytes);
    }

    /** Bytes of what this loop's clients have in hand. */
    public long heldBytes() {
        return held.sum();
    }

    /** Adds to the half-written bytes of this loop's clients: shared frames, and what outlets keep themselves. */
    void addHalfWrittenBytes(long more) {
        halfWrittenBytes += more;
    }

    /** The half-written bytes of this loop's clients. */
    long halfWrittenBytes() {
        return halfWrittenBytes;
    }

    @Override
    public void run() {
        int failures = 0;
        while (!stopping) {
            try {
                runTasks();
                runSelected();
                failures = 0;
            } catch (IOException | RuntimeException | Error e) {
                failures++;
                survive(e, failures);
            }
        }
        end();
    }

    /** Allocates as little as it can before it pauses, since there may be no memory. */
    private void survive(Throwable error, int failures) {
        sleeping.set(false);
        try {
            boolean isLost = !selector.isOpen()
                    || (failures >= FAILURES_OF_A_LOST_SELECTOR && !(error instanceof OutOfMemoryError));
            if (failures == 1) {
                LOG.log(System.Logger.Level.ERROR, "A writer loop failed in a turn; it goes on", error);
            }
            if (isLost) {
                replaceSelector();
            }
        } catch (RuntimeException | Error again) {
            // There is nothing left to report it with; the turn that follows is tried in any case.
            fault = NOT_EVEN_REPORTED;
        }
        if (failures > 1) {
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
    }

    private void replaceSelector() {
        if (!streams.isEmpty()) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "A writer loop lost its selector; its " + streams.size() + " clients are cut off");
            closeAll(CloseReason.FAILED);
        }
        closeSelector();
        try {
            selector = selectors.open();
            fault = null;
            LOG.log(System.Logger.Level.INFO, "A writer loop has a new selector");
        } catch (IOException e) {
            if (fault == null) {
                fault = "the thread " + thread.getName() + " has no selector: " + e.getMessage();
                LOG.log(
                        System.Logger.Level.ERROR,
                        "A writer loop can't open a selector; are all file descriptors in use? It is tried again",
                        e);
            }
        }
    }

    /** Nobody is left behind: tasks that were taken are run, and streams that they opened are closed. */
    private void end() {
        stopping = true;
        ended = true;
        Runnable task;
        while ((task = tasks.poll()) != null) {
            runGuarded(task);
        }
        closeAll(CloseReason.SHUTDOWN);
        closeSelector();
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "A selector did not close in good order", e);
        }
    }

    private void runTasks() {
        for (int i = 0; i < TASKS_PER_TURN; i++) {
            Runnable task = tasks.poll();
            if (task == null) {
                return;
            }
            runGuarded(task);
        }
    }

    private void runSelected() throws IOException {
        sleeping.set(true);
        int selected = tasks.isEmpty() && !stopping ? selector.select(this::ready) : selector.selectNow(this::ready);
        sleeping.set(false);
        if (fault != null) {
            fault = null;
        }
        if (selected == 0) {
            // An interrupt is meant for nobody here; left standing, it would keep the selector from ever sleeping
            // again.
            Thread.interrupted();
        }
    }

    private void ready(SelectionKey key) {
        if (sleeping.get()) {
            sleeping.set(false);
        }
        if (key.attachment() instanceof Runnable task) {
            runGuarded(task);
        }
    }

    private static void runGuarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) { // what one client runs into must not end the others' streams
            LOG.log(System.Logger.Level.ERROR, "A task of a writer loop failed", e);
        }
    }
}
