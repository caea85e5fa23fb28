package dev.fanfare.status;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.stream.Threads;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A source of code that blocks, in threads of its own. They end by themselves when they have been idle for a while, and at
 * once by {@link #letGo}. Reads in waiting are bounded by the number of watches, since each has one at most.
 */
public final class BlockingReads implements StatusSource {
    /** Most threads of a source where there are no virtual ones. */
    static final int MAX_THREADS = 16;

    private final BlockingSource source;

    @GuardedBy("this")
    private @Nullable ExecutorService executor;

    BlockingReads(BlockingSource source) {
        this.source = source;
    }

    @Override
    public CompletionStage<Reading> read(Map<String, String> params, @Nullable String validator) {
        Running running = new Running();
        execute(() -> running.run(source, params, validator));
        return running;
    }

    private synchronized void execute(Runnable read) {
        if (executor == null) {
            executor = threads();
        }
        executor.execute(read);
    }

    /** Ends the threads once they have nothing to read. It may be asked again: somebody else may have the same source. */
    public synchronized void letGo() {
        if (executor != null) {
            executor.shutdown();
            executor = null;
        }
    }

    private static ExecutorService threads() {
        return Threads.virtual().map(BlockingReads::threadForEachRead).orElseGet(BlockingReads::fewThreads);
    }

    private static ExecutorService threadForEachRead(ThreadFactory virtual) {
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 0, TimeUnit.SECONDS, new SynchronousQueue<>(), virtual);
    }

    private static ExecutorService fewThreads() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                MAX_THREADS,
                MAX_THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Threads.daemons("fanfare-source"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** A read that completes when its code has returned, also when it was cancelled: until then it is going on. */
    private static final class Running extends CompletableFuture<Reading> {
        @GuardedBy("this")
        private @Nullable Thread thread;

        @GuardedBy("this")
        private boolean cancelled;

        void run(BlockingSource source, Map<String, String> params, @Nullable String validator) {
            synchronized (this) {
                if (cancelled) {
                    super.cancel(false);
                    return;
                }
                thread = Thread.currentThread();
            }
            @Nullable Reading reading = null;
            @Nullable Throwable failure = null;
            try {
                reading = source.read(params, validator);
            } catch (Exception | Error e) { // a driver that is not there, for one
                failure = e;
            }
            synchronized (this) {
                thread = null;
            }
            // Nobody interrupts this thread any more; a late interrupt must not reach the next read.
            Thread.interrupted();
            if (failure != null) {
                completeExceptionally(failure);
            } else if (reading != null) {
                complete(reading);
            } else {
                completeExceptionally(new NullPointerException("the source returned null instead of a Reading"));
            }
        }

        @Override
        public synchronized boolean cancel(boolean mayInterrupt) {
            cancelled = true;
            if (thread != null) {
                thread.interrupt();
            }
            return false;
        }
    }
}
