package dev.fanfare.stream;

import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The writer loops of one service, one a core, and what they have in common: settings, time, and the bound on half-written
 * frames. Thread-safe. The threads start with the first stream and end with {@link #close}.
 */
public final class WriterLoops implements AutoCloseable {
    private final StreamSettings settings;
    private final Ticker ticker;
    private final WriterLoop[] loops;
    private final Openings openings;
    private final AtomicInteger nextLoop = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();
    private final AtomicLong halfWrittenBytes = new AtomicLong();
    private final AtomicBoolean ticking = new AtomicBoolean();
    private final AtomicBoolean relieving = new AtomicBoolean();
    private volatile boolean started;
    private volatile boolean closed;

    /** Loops with threads to come: as many as the machine has cores. */
    public WriterLoops(StreamSettings settings, Ticker ticker) {
        this(settings, ticker, Runtime.getRuntime().availableProcessors());
    }

    /** Loops with {@code count} threads to come. */
    public WriterLoops(StreamSettings settings, Ticker ticker, int count) {
        this.settings = settings;
        this.openings = new Openings(settings.retry());
        this.ticker = ticker;
        this.loops = new WriterLoop[count];
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
        return halfWrittenBytes.get();
    }

    /** What the loops have done, and how their streams are doing. */
    public StreamStats stats() {
        List<LoopCounters> counters = new ArrayList<>(loops.length);
        if (started) {
            for (WriterLoop loop : loops) {
                counters.add(loop.counters());
            }
        }
        return new StreamStats(counters);
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
                    loops[i] = new WriterLoop("fanfare-writer-" + i);
                }
            }
            started = true;
        }
    }

    static IllegalStateException closedAlready() {
        return new IllegalStateException("The service is closed; it takes no more streams");
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
        streams.decrementAndGet();
    }

    /** Adds to the half-written bytes; whether the bound is passed now. */
    boolean addHalfWrittenBytes(long more) {
        return halfWrittenBytes.addAndGet(more) > settings.pinnedBytes();
    }

    /** Whether clients hold more half-written bytes than they may. */
    boolean hasTooMuchHalfWritten() {
        return halfWrittenBytes.get() > settings.pinnedBytes();
    }

    /** Has the loops close clients until the half-written bytes are within the bound again. */
    void relieve() {
        if (relieving.compareAndSet(false, true)) {
            for (WriterLoop loop : loops) {
                loop.execute(() -> {
                    relieving.set(false);
                    Relief.run(loop, this);
                });
            }
        }
    }

    /** What one loop's clients may hold in half-written bytes when the bound is passed. */
    long halfWrittenBytesPerLoop() {
        return settings.pinnedBytes() / loops.length;
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
        for (int i = 0; i < loops.length && !closed; i++) {
            WriterLoop loop = loops[i];
            loop.execute(loop::tick);
        }
        if (streams.get() > 0) {
            tickLater();
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
            loop.execute(() -> loop.forEach(stream -> stream.close(CloseReason.SHUTDOWN)));
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
        CountDownLatch asked = new CountDownLatch(loops.length);
        for (WriterLoop loop : loops) {
            loop.execute(() -> {
                loop.forEach(stream -> stream.end(CloseReason.SHUTDOWN));
                asked.countDown();
            });
        }
        long deadline = System.nanoTime() + patience.toNanos();
        asked.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        awaitNoStreams(deadline);
    }

    private synchronized void awaitNoStreams(long deadline) throws InterruptedException {
        while (streams.get() > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return;
            }
            wait(Math.min(left, 10));
        }
    }

    @Override
    public void close() {
        close(Duration.ofSeconds(1));
    }
}
