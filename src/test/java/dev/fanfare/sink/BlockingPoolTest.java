package dev.fanfare.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class BlockingPoolTest {
    private static final int PARALLELISM = 4;

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicBoolean noMoreThreads = new AtomicBoolean();
    private final CountDownLatch end = new CountDownLatch(1);
    private final BlockingPool pool = pool(10_000);

    @AfterEach
    void close() {
        end.countDown();
        pool.close();
    }

    private BlockingPool pool(long idleMs) {
        return new BlockingPool(new PoolThreads(this::thread, 4096), PARALLELISM, idleMs);
    }

    private Thread thread(Runnable task) {
        if (noMoreThreads.get()) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    private long alive() {
        return threads.stream().filter(Thread::isAlive).count();
    }

    private void block() {
        awaitQuietly(end);
    }

    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            return latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void assertRuns() {
        CountDownLatch done = new CountDownLatch(1);
        pool.execute(done::countDown);
        assertThat(awaitQuietly(done)).isTrue();
    }

    @Test
    void aTaskIsNeverLeftWaitingWhileThreadsAreIdle() {
        for (int round = 0; round < 3000; round++) {
            CountDownLatch done = new CountDownLatch(6);
            for (int i = 0; i < 6; i++) {
                pool.execute(done::countDown);
            }
            assertThat(awaitQuietly(done)).as("round " + round).isTrue();
        }
    }

    @Test
    void whatManyThreadsAddIsRunOnceEach() throws InterruptedException {
        int made = addFromManyThreads();
        // A thread that gets no CPU looks like one that blocks, and another takes its place: then once more.
        for (int round = 0; round < 4 && made >= 200; round++) {
            made = addFromManyThreads();
        }
        assertThat(made).isLessThan(200);
    }

    /** How many threads the pool has made for it. */
    private int addFromManyThreads() throws InterruptedException {
        int before = threads.size();
        AtomicInteger runs = new AtomicInteger();
        ExecutorService adders = Executors.newFixedThreadPool(4);
        for (int adder = 0; adder < 4; adder++) {
            adders.execute(() -> {
                for (int i = 0; i < 20_000; i++) {
                    pool.execute(runs::incrementAndGet);
                }
            });
        }
        adders.shutdown();
        assertThat(adders.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        await().until(() -> runs.get() == 80_000);
        return threads.size() - before;
    }

    @Test
    void tasksThatBlockDoNotHoldUpTheOthers() {
        for (int i = 0; i < 50; i++) {
            pool.execute(this::block);
        }
        assertRuns();
    }

    /** An idle thread that was woken for one task can't take another that came before it was awake. */
    @Test
    void aTaskDoesNotWaitForAThreadThatWasWokenForAnother() {
        assertRuns();
        for (int i = 0; i < PARALLELISM - 1; i++) {
            pool.execute(this::block);
        }
        assertRuns();
    }

    @Test
    void threadsThatWereStuckEndWhenThereAreEnough() {
        for (int i = 0; i < 50; i++) {
            pool.execute(this::block);
        }
        assertRuns();
        end.countDown();
        await().until(() -> alive() <= PARALLELISM);
        assertRuns();
    }

    @Test
    void idleThreadsEnd() {
        try (BlockingPool shortLived = pool(50)) {
            CountDownLatch done = new CountDownLatch(20);
            for (int i = 0; i < 20; i++) {
                shortLived.execute(done::countDown);
            }
            assertThat(awaitQuietly(done)).isTrue();
            await().until(() -> alive() == 0);
            CountDownLatch again = new CountDownLatch(1);
            shortLived.execute(again::countDown);
            assertThat(awaitQuietly(again)).isTrue();
        }
    }

    @Test
    void aTaskThatFailsCostsNoThread() {
        try (BlockingPool one = new BlockingPool(new PoolThreads(this::thread, 4096), 1, 10_000)) {
            CountDownLatch done = new CountDownLatch(1);
            one.execute(() -> {
                throw new IllegalStateException("told to fail");
            });
            one.execute(() -> {
                throw new AssertionError("told to fail");
            });
            one.execute(done::countDown);
            assertThat(awaitQuietly(done)).isTrue();
        }
    }

    @Test
    void anInterruptThatATaskLeavesBehindIsNotSeenByTheNext() {
        try (BlockingPool one = new BlockingPool(new PoolThreads(this::thread, 4096), 1, 10_000)) {
            AtomicBoolean seen = new AtomicBoolean();
            for (int i = 0; i < 500; i++) {
                one.execute(() -> Thread.currentThread().interrupt());
                one.execute(() -> seen.compareAndSet(false, Thread.interrupted()));
            }
            CountDownLatch done = new CountDownLatch(1);
            one.execute(done::countDown);
            assertThat(awaitQuietly(done)).isTrue();
            assertThat(seen).isFalse();
        }
    }

    @Test
    void anInterruptOfAnIdleThreadHarmsNobody() {
        for (int i = 0; i < 200; i++) {
            threads.forEach(Thread::interrupt);
            assertRuns();
        }
    }

    @Test
    void aSystemWithoutThreadsDelaysTasksAndLosesNone() {
        noMoreThreads.set(true);
        CountDownLatch done = new CountDownLatch(20);
        for (int i = 0; i < 19; i++) {
            pool.execute(done::countDown);
        }
        noMoreThreads.set(false);
        pool.execute(done::countDown);
        assertThat(awaitQuietly(done)).isTrue();
    }

    @Test
    void whatWaitsWhenThePoolIsClosedIsRun() {
        AtomicInteger runs = new AtomicInteger();
        for (int i = 0; i < 1000; i++) {
            pool.execute(runs::incrementAndGet);
        }
        pool.close();
        await().until(() -> runs.get() == 1000);
        await().until(() -> alive() == 0);
    }

    @Test
    void closingInterruptsWhatDoesNotEnd() {
        AtomicInteger ended = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(10);
        for (int i = 0; i < 10; i++) {
            pool.execute(() -> {
                begun.countDown();
                block();
                ended.incrementAndGet();
            });
        }
        assertThat(awaitQuietly(begun)).isTrue();
        pool.close();
        await().atMost(Duration.ofSeconds(60)).until(() -> alive() == 0);
        assertThat(ended.get()).isPositive();
    }

    @Test
    void aClosedPoolStillRunsWhatComesAndKeepsNoThread() {
        pool.close();
        assertRuns();
        await().until(() -> alive() == 0);
        pool.close();
        assertRuns();
        await().until(() -> alive() == 0);
    }

    /** Each of them may be the answer that somebody waits for. */
    @Test
    void whatWaitsBehindTasksThatBlockIsRunOnceCloseInterruptsThose() {
        BlockingPool narrow = new BlockingPool(new PoolThreads(this::thread, 2), PARALLELISM, 10_000);
        CountDownLatch begun = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            narrow.execute(() -> {
                begun.countDown();
                block();
            });
        }
        assertThat(awaitQuietly(begun)).isTrue();
        CountDownLatch behind = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            narrow.execute(behind::countDown);
        }
        narrow.close();
        assertThat(awaitQuietly(behind)).isTrue();
        await().until(() -> alive() == 0);
    }

    @Test
    void thePoolOfThisMachineRunsTasks() {
        try (BlockingPool ordinary = new BlockingPool()) {
            CountDownLatch done = new CountDownLatch(100);
            for (int i = 0; i < 100; i++) {
                ordinary.execute(done::countDown);
            }
            assertThat(awaitQuietly(done)).isTrue();
        }
    }
}
