package dev.fanfare.server.grizzly;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.glassfish.grizzly.threadpool.GrizzlyExecutorService;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;
import org.jspecify.annotations.Nullable;

/*
 * A count for each selector says who has it:
 *
 *   even   some thread is at the selector, or about to be
 *   odd    the thread that left the selector answers a request, and nobody is at the selector
 *
 *   even --leave()--> odd --back()-----------> even   the thread that left goes on with the selector when its run ends
 *                      '--a look of the watch--> even   the request takes long: another thread goes on, back() finds another count
 *
 * The watch looks every `look` while requests come. It gives a selector away that has the same odd count as at the last look, so
 * a request has one to two of these. After some looks without a request it parks, and the next request wakes it.
 */
/**
 * The threads of Grizzly's selectors. A thread that answers a request leaves its selector alone for that long and then goes on
 * with it; if the request takes long, another thread of the pool takes the selector meanwhile. Compared with a thread that takes
 * its place at once, most requests wake nobody; see ADR 16. Thread-safe.
 */
final class SelectorThreads extends AbstractExecutorService {
    /** How often it is looked for requests that take long. */
    static final Duration LOOK = Duration.ofMillis(2);

    private static final int IDLE_LOOKS = 3;

    /** The selector with which a thread goes on. */
    private static final ThreadLocal<@Nullable Runnable> NEXT = new ThreadLocal<>();

    private final ExecutorService pool;
    private final Duration look;
    private final ConcurrentMap<Runnable, Seat> seats = new ConcurrentHashMap<>();
    private final AtomicBoolean watched = new AtomicBoolean();
    private volatile @Nullable Thread parked;

    /**
     * Threads, which start as they are needed.
     *
     * @param threads how many there are at selectors and at requests, together
     * @param look a request that takes longer than two of these has another thread take its selector
     */
    SelectorThreads(int threads, Duration look) {
        this.look = look;
        int most = threads + 1; // the watch is one of them
        pool = GrizzlyExecutorService.createInstance(ThreadPoolConfig.defaultConfig()
                .setPoolName("grizzly-nio-kernel")
                .setCorePoolSize(most)
                .setMaxPoolSize(most));
    }

    /** Who has a selector; see above. */
    private static final class Seat {
        private final AtomicLong count = new AtomicLong();

        /** What the watch saw last. Confined to it. */
        private long seen;
    }

    /**
     * Notes that this thread, which runs the selector and has postponed it, answers a request now.
     *
     * @return what to call {@link #back} with
     */
    long leave(Runnable selector) {
        long turn = seats.computeIfAbsent(selector, any -> new Seat()).count.incrementAndGet();
        if (watched.compareAndSet(false, true)) {
            pool.execute(this::watch);
        }
        Thread watch = parked;
        if (watch != null) {
            parked = null;
            LockSupport.unpark(watch);
        }
        return turn;
    }

    /** Notes that the request is answered: when its run ends, this thread goes on with the selector if nobody else has. */
    void back(Runnable selector, long turn) {
        Seat seat = seats.get(selector);
        if (seat != null && seat.count.compareAndSet(turn, turn + 1)) {
            NEXT.set(selector);
        }
    }

    @Override
    public void execute(Runnable selector) {
        pool.execute(() -> {
            Runnable run = selector;
            while (run != null) {
                run.run();
                run = NEXT.get();
                NEXT.remove();
            }
        });
    }

    private void watch() {
        int idleLooks = 0;
        while (!pool.isShutdown()) {
            idleLooks = look() ? 0 : idleLooks + 1;
            if (idleLooks < IDLE_LOOKS) {
                LockSupport.parkNanos(this, look.toNanos());
                continue;
            }
            parked = Thread.currentThread();
            if (!look()) { // a request may have come before it could see that the watch parks
                LockSupport.park(this);
            }
            parked = null;
            idleLooks = 0;
        }
    }

    /** Gives away what has been left for long; whether a request has come since the last look, or is under way. */
    private boolean look() {
        boolean busy = false;
        for (var entry : seats.entrySet()) {
            Seat seat = entry.getValue();
            long count = seat.count.get();
            boolean left = (count & 1) == 1;
            busy |= left || count != seat.seen;
            if (left && count == seat.seen && seat.count.compareAndSet(count, count + 1)) {
                execute(entry.getKey());
            }
            seat.seen = count;
        }
        return busy;
    }

    @Override
    public void shutdown() {
        pool.shutdown();
        wakeWatch();
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> left = pool.shutdownNow();
        wakeWatch();
        return left;
    }

    private void wakeWatch() {
        LockSupport.unpark(parked);
    }

    @Override
    public boolean isShutdown() {
        return pool.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return pool.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return pool.awaitTermination(timeout, unit);
    }
}
