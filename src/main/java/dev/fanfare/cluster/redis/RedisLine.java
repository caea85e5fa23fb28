package dev.fanfare.cluster.redis;

import dev.fanfare.history.HistoryRefused;
import dev.fanfare.log.HistoryUnavailable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A thread with a connection of its own, which is opened when it is needed, and again when it broke. Thread-safe. */
final class RedisLine implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RedisLine.class.getName());

    private final RedisConnector connector;
    private final Consumer<RedisLink> greeting;
    private final ScheduledExecutorService thread;
    private volatile @Nullable RedisLink link;
    private volatile boolean closed;
    private @Nullable ScheduledFuture<?> repeated;

    /** One whose connections need no greeting. */
    RedisLine(String name, RedisConnector connector) {
        this(name, connector, link -> {});
    }

    /** @param greeting runs on each new connection, before anything else; the connection is of no use if it fails */
    RedisLine(String name, RedisConnector connector, Consumer<RedisLink> greeting) {
        this.connector = connector;
        this.greeting = greeting;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread started = new Thread(task, name);
            started.setDaemon(true);
            return started;
        });
    }

    /** The connection; for what runs on the thread. */
    RedisLink link() {
        if (closed) {
            throw new HistoryUnavailable("The connection to Redis is closed");
        }
        RedisLink open = link;
        if (open == null || !open.isUsable()) {
            if (open != null) {
                open.close();
            }
            open = connector.open();
            link = open;
            if (closed) { // while it was opened
                open.close();
            }
            greet(open);
        }
        return open;
    }

    private void greet(RedisLink open) {
        try {
            greeting.accept(open);
        } catch (RuntimeException | Error e) {
            open.close();
            throw e;
        }
    }

    /**
     * Runs a task on the thread. Where there is no connection, or it can't be had any more, the stage fails with {@link
     * HistoryUnavailable}.
     */
    <T> CompletionStage<T> run(Function<RedisLink, T> task) {
        return run(task, RedisLine::unavailable);
    }

    /** Like {@link #run(Function)}, with another way to say what failed. */
    <T> CompletionStage<T> run(Function<RedisLink, T> task, UnaryOperator<Throwable> reason) {
        CompletableFuture<T> stage = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                try {
                    stage.complete(task.apply(link()));
                } catch (RuntimeException | Error e) { // whatever it is, the stage is answered
                    stage.completeExceptionally(reason.apply(e));
                }
            });
        } catch (RejectedExecutionException e) {
            stage.completeExceptionally(new HistoryUnavailable("The connection to Redis is closed", e));
        }
        return stage;
    }

    static Throwable unavailable(Throwable error) {
        return error instanceof RedisAway || error instanceof RedisError || error instanceof HistoryRefused
                ? new HistoryUnavailable(String.valueOf(error.getMessage()), error)
                : error;
    }

    /** Runs a task on the thread again and again, until this is closed. It must not throw. */
    synchronized void repeat(Runnable task, long everyMs) {
        if (repeated == null) {
            repeated = thread.scheduleWithFixedDelay(task, everyMs, everyMs, TimeUnit.MILLISECONDS);
        }
    }

    /** What is under way fails, and so does what waits; nothing more is taken. */
    @Override
    public void close() {
        closed = true;
        thread.shutdown();
        RedisLink open = link;
        if (open != null) {
            open.close();
        }
    }

    /** Waits for the thread, after {@link #close}. */
    void awaitEnd(long untilNanos) throws InterruptedException {
        if (!thread.awaitTermination(untilNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            LOG.log(System.Logger.Level.DEBUG, "A connection to Redis takes long to end");
        }
    }
}
