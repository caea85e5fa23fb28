package dev.fanfare.history.sqlite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.stream.Threads;
import dev.fanfare.stream.Ticker;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that read, each with a connection of its own while it does. A look-up is one short task, so thousands of
 * clients that catch up take turns; those that wait are bounded. Thread-safe.
 */
final class SqliteReaders {
    private static final System.Logger LOG = System.getLogger(SqliteReaders.class.getName());
    private static final int MAX_WAITING = 100_000;
    private static final int IDLE_SECONDS = 10;
    private static final int CLOSE_SECONDS = 1;

    private static final Duration LOOK_AGAIN_AFTER = Duration.ofSeconds(1);

    private final SqliteFile file;
    private final Ticker ticker;
    private final ThreadPoolExecutor threads;
    private final LongAdder reads = new LongAdder();

    @GuardedBy("idle")
    private final Deque<SqliteReader> idle = new ArrayDeque<>();

    private volatile @Nullable String fault;
    private final AtomicBoolean looksAgain = new AtomicBoolean();

    /** A look-up. */
    interface Read<T> {
        T from(SqliteReader reader) throws SQLException;
    }

    SqliteReaders(SqliteFile file, Ticker ticker) {
        this.file = file;
        this.ticker = ticker;
        int count = Math.max(2, Math.min(8, Runtime.getRuntime().availableProcessors()));
        threads = new ThreadPoolExecutor(
                count,
                count,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_WAITING),
                Threads.daemons("fanfare-history-read"));
        threads.allowCoreThreadTimeOut(true);
    }

    /** Runs a look-up soon. Its stage completes in the reading thread, exceptionally if the file can't be read. */
    <T> CompletionStage<T> read(Read<T> read) {
        CompletableFuture<T> found = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                try {
                    found.complete(now(read));
                } catch (RuntimeException | Error e) {
                    found.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            found.completeExceptionally(new HistoryUnavailable(
                    threads.isShutdown()
                            ? "The history is closed"
                            : "The history has too many readers at a time (" + MAX_WAITING + ")",
                    e));
        }
        return found;
    }

    /** Looks up in the caller's thread. A connection that failed is not used again. */
    <T> T now(Read<T> read) {
        if (threads.isShutdown()) {
            throw new HistoryUnavailable("The history is closed");
        }
        reads.increment();
        SqliteReader reader = null;
        try {
            reader = take();
            T found = read.from(reader);
            give(reader);
            fault = null;
            return found;
        } catch (SQLException | RuntimeException e) {
            String words = SqliteFault.words(e);
            fault = words;
            close(reader);
            lookAgainLater();
            throw new HistoryUnavailable("The history " + file.path() + " can't be read: " + words, e);
        } catch (Error e) { // want of memory, mostly, which says nothing of the file
            close(reader);
            throw e;
        }
    }

    /** Finds out when the fault is over, also where nobody reads: a server that is not ready gets no requests. */
    private void lookAgainLater() {
        if (looksAgain.compareAndSet(false, true)) {
            ticker.schedule(LOOK_AGAIN_AFTER, () -> {
                looksAgain.set(false);
                read(SqliteReader::kept);
            });
        }
    }

    private SqliteReader take() throws SQLException {
        synchronized (idle) {
            SqliteReader reader = idle.poll();
            if (reader != null) {
                return reader;
            }
        }
        return SqliteReader.open(file);
    }

    private void give(SqliteReader reader) {
        synchronized (idle) {
            if (!threads.isShutdown()) {
                idle.push(reader);
                return;
            }
        }
        close(reader);
    }

    private static void close(@Nullable SqliteReader reader) {
        try {
            if (reader != null) {
                reader.close();
            }
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "A connection can't be closed", e);
        }
    }

    /** Why the file could not be read the last time; null if it could. */
    @Nullable
    String fault() {
        return fault;
    }

    /** How many look-ups there were. */
    long reads() {
        return reads.sum();
    }

    /** Refuses look-ups that wait, lets those that run come to their end, and closes the connections. */
    void close() {
        threads.shutdownNow().forEach(Runnable::run);
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "The history is still being read; its file is closed later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (idle) {
            idle.forEach(SqliteReaders::close);
            idle.clear();
        }
    }
}
