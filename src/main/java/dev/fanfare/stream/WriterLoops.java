package dev.fanfare.stream;

import dev.fanfare.wire.Frame;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The writer loops of one service, one a core, and what they have in common: settings, time, and the bound on half-written
 * frames. Thread-safe. The threads start with the first stream and end with {@link #close}.
 */
public final class WriterLoops implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WriterLoops.class.getName());

    /** A loop that was asked to look after its streams this long ago and has not begun is stuck. */
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

    private final StreamSettings settings;
    private final Ticker ticker;
    private final WriterLoop[] loops;
    private final Openings openings;
    private final WriterLoop.Selectors selectors;
    private final AtomicInteger nextLoop = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();
    private final HalfWrittenBound halfWritten;
    private final AtomicBoolean ticking = new AtomicBoolean();
    private final AtomicBoolean relieving = new AtomicBoolean();
    /** Counted down by the last stream to go; null while nobody waits for that. */
    private volatile @Nullable CountDownLatch whenEmpty;

    private volatile boolean started;
    private volatile boolean closed;

    /** Loops with threads to come: as many as the machine has cores. */
    public WriterLoops(StreamSettings settings, Ticker ticker) {
        this(settings, ticker, Runtime.getRuntime().availableProcessors());
    }

    /** Loops with {@code count} threads to come. */
    public WriterLoops(StreamSettings settings, Ticker ticker, int count) {
        this(settings, ticker, count, Selector::open);
    }

    WriterLoops(StreamSettings settings, Ticker ticker, int count, WriterLoop.Selectors selectors) {
        this.selectors = selectors;
        this.settings = settings;
        this.openings = new Openings(settings.retry());
        this.ticker = ticker;
        this.loops = new WriterLoop[count];
        this.halfWritten = new HalfWrittenBound(settings.pinnedBytes(), count);
    }

    /** How streams behave. */
    public StreamSettings settings() {
        return settings;
    }

    /** What the next stream begins with. */
    public Frame opening() {
        return openings.next();
    }

    /** The time that these loops keep. */
    public Ticker ticker() {
        return ticker;
    }

    /** How many streams are open. */
    public int openStreams() {
        return streams.get();
    }

    /** Bytes of frames that sockets have taken in part, all clients together. */
    public long pinnedBytes() {
        return halfWritten.bytes();
    }

    /** What the loops have done, and how their streams are doing. */
    public StreamStats stats() {
        StreamStats sum = new StreamStats();
        if (started) {
            for (WriterLoop loop : loops) {
                sum.add(loop.stats());
            }
        }
        return sum;
    }

    /** Whether {@link #close} has been called. */
    public boolean isClosed() {
        return closed;
    }

    public int count() {
        return loops.length;
    }

    /** The index of the loop that the next stream shall have. */
    public int pick() {
        return Math.floorMod(nextLoop.getAndIncrement(), loops.length);
    }

    /**
     * The loop at an index; starts the threads if they have not been.
     *
     * @throws IllegalStateException if the loops are closed
     */
    public WriterLoop loop(int index) {
        if (!started || closed) {
            start();
        }
        return loops[index];
    }

    private synchronized void start() {
        if (closed) {
            throw closedAlready();
        }
        if (!started) {
            for (int i = 0; i < loops.length; i++) {
                // One that is there already is from an attempt that ran out of file descriptors.
                if (loops[i] == null) {
                    loops[i] = new WriterLoop("fanfare-writer-" + i, selectors);
                }
            }
            started = true;
        }
    }

    /** No stream can begin, since the service has ended. */
    public static final class Closed extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        /** Tells whose end it is. */
        public Closed(String message) {
            super(message);
        }
    }

    static IllegalStateException closedAlready() {
        return new Closed("The service is closed; it takes no more streams");
    }

    void opened() {
        streams.incrementAndGet();
        try {
            tickLater();
        } catch (RuntimeException | Error e) {
            gone();
            throw e;
        }
    }

    void gone() {
        CountDownLatch waiting = streams.decrementAndGet() == 0 ? whenEmpty : null;
        if (waiting != null) {
            waiting.countDown();
        }
    }

    /** Whether clients hold more half-written bytes than they may, and those of this loop more than its share. */
    boolean holdsTooMuch(WriterLoop loop) {
        return halfWritten.isPassed() && loop.halfWrittenBytes() > halfWritten.mostPerLoop();
    }

    /** Adds to the half-written bytes. Where they become too many, clients are closed soon. */
    void addHalfWrittenBytes(long more) {
        if (halfWritten.add(more) && more > 0) {
            relieve();
        }
    }

    /** Has the loops close clients until the half-written bytes are within the bound again. */
    private void relieve() {
        if (relieving.compareAndSet(false, true)) {
            for (WriterLoop loop : loops) {
                loop.execute(() -> {
                    relieving.set(false);
                    Relief.run(loop, halfWritten);
                });
            }
        }
    }

    /** Looks after every stream now and then, as long as there are any. */
    private void tickLater() {
        if (!closed && ticking.compareAndSet(false, true)) {
            try {
                ticker.schedule(tickEvery(), this::tick);
            } catch (RuntimeException | Error e) { // no thread for it, perhaps; the next stream tries again
                ticking.set(false);
                throw e;
            }
        }
    }

    private void tick() {
        ticking.set(false);
        try {
            for (int i = 0; i < loops.length && !closed; i++) {
                loops[i].requestTick(ticker.nanos());
            }
        } catch (RuntimeException | Error e) { // want of memory; the next tick may find some
            LOG.log(System.Logger.Level.ERROR, "A writer loop could not be asked to look after its streams", e);
        } finally {
            if (streams.get() > 0) {
                tickLater();
            }
        }
    }

    /** How long it takes at most until streams are looked after again. */
    Duration tickEvery() {
        Duration shortest = settings.heartbeat().compareTo(settings.writeTimeout()) < 0
                ? settings.heartbeat()
                : settings.writeTimeout();
        long millis = Math.min(1000, Math.max(10, shortest.toMillis() / 8));
        return Duration.ofMillis(millis);
    }

    /**
     * Has the streams that are open end one after the other, evenly over a time and each behind a reconnection delay of its own;
     * returns once no stream is left, at the latest after that time. Those that are opened meanwhile stay, as do those whose
     * clients take nothing; {@link #close} ends both.
     *
     * @throws InterruptedException if the caller is interrupted; the streams that are left go on leaving until {@link #close}
     */
    public void drain(Duration over) throws InterruptedException {
        synchronized (this) {
            if (!started || closed) {
                return;
            }
        }
        CountDownLatch done = new CountDownLatch(1);
        whenEmpty = done;
        Ticker.Alarm end = ticker.schedule(over, done::countDown);
        for (int i = 0; i < loops.length; i++) {
            WriterLoop loop = loops[i];
            double phase = (i + 0.5) / loops.length;
            loop.execute(() -> depart(loop, phase, over));
        }
        if (streams.get() == 0) { // as in endStreams
            done.countDown();
        }
        try {
            done.await();
        } finally {
            end.cancel();
        }
    }

    private void depart(WriterLoop loop, double phase, Duration over) {
        List<Consumer<Frame>> leaving = loop.leavers();
        EvenSpread spread = new EvenSpread(leaving.size(), phase, over, settings.retry());
        new Departure(loop::execute, ticker, leaving, spread).run();
    }

    /** Ends every stream in good order, as far as its client lets it within {@code patience}, then the threads. */
    public void close(Duration patience) {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (!started) {
                return;
            }
        }
        try {
            endStreams(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody is waited for then, and all are closed the same
        }
        for (WriterLoop loop : loops) {
            loop.execute(() -> loop.closeAll(CloseReason.SHUTDOWN));
            loop.stop();
        }
        try {
            for (WriterLoop loop : loops) {
                loop.join(1000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void endStreams(Duration patience) throws InterruptedException {
        CountDownLatch empty = new CountDownLatch(1);
        whenEmpty = empty;
        for (WriterLoop loop : loops) {
            loop.execute(() -> loop.endAll(CloseReason.SHUTDOWN));
        }
        if (streams.get() == 0) { // the last may have gone before it could see the latch
            empty.countDown();
        }
        empty.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * What keeps a loop from doing its work, such as a selector that is lost or a thread that hangs; empty while all is well, and
     * while no loop has been needed yet.
     */
    public Optional<String> fault() {
        for (int i = 0; started && !closed && i < loops.length; i++) {
            String fault = loops[i].fault(ticker.nanos(), LONGEST_SILENCE);
            if (fault != null) {
                return Optional.of(fault);
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        close(Duration.ofSeconds(1));
    }
}
