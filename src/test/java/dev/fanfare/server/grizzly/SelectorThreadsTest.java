package dev.fanfare.server.grizzly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SelectorThreadsTest {
    private static final Duration NEVER = Duration.ofHours(1);

    private final Set<Thread> ran = ConcurrentHashMap.newKeySet();
    private final AtomicInteger runs = new AtomicInteger();
    private final CountDownLatch done = new CountDownLatch(1);
    private SelectorThreads threads = new SelectorThreads(2, NEVER);

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }

    /** Stands for a selector that finds a request in each of its first runs. */
    private final class Selector implements Runnable {
        private final int requests;

        Selector(int requests) {
            this.requests = requests;
        }

        @Override
        public void run() {
            ran.add(Thread.currentThread());
            if (runs.incrementAndGet() > requests) {
                done.countDown();
                return;
            }
            threads.back(this, threads.leave(this));
        }
    }

    @Test
    void theThreadThatHasAnsweredGoesOnWithItsSelector() throws InterruptedException {
        threads.execute(new Selector(100));

        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).hasSize(1);
        assertThat(runs).hasValue(101);
    }

    @Test
    void whileARequestTakesLongAnotherThreadHasTheSelectorAndKeepsIt() throws InterruptedException {
        threads.shutdownNow();
        threads = new SelectorThreads(2, SelectorThreads.LOOK);
        CountDownLatch answered = new CountDownLatch(1);
        threads.execute(new Runnable() {
            @Override
            public void run() {
                ran.add(Thread.currentThread());
                if (runs.incrementAndGet() > 1) {
                    done.countDown();
                    return;
                }
                long turn = threads.leave(this);
                try {
                    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                threads.back(this, turn);
                answered.countDown();
            }
        });

        assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).hasSize(2);
        assertThat(runs).hasValue(2);
    }

    @Test
    void aRequestThatComesAfterAPauseIsWatchedToo() throws InterruptedException {
        threads.shutdownNow();
        threads = new SelectorThreads(2, SelectorThreads.LOOK);
        threads.execute(new Selector(1));
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        // The watch parks without a limit after some looks in vain; the request must wake it.
        await().until(() -> Thread.getAllStackTraces().entrySet().stream()
                .anyMatch(thread -> thread.getKey().getState() == Thread.State.WAITING
                        && Arrays.stream(thread.getValue())
                                .anyMatch(frame -> frame.getClassName().equals(SelectorThreads.class.getName())
                                        && frame.getMethodName().equals("watch"))));

        CountDownLatch taken = new CountDownLatch(1);
        AtomicInteger visits = new AtomicInteger();
        threads.execute(new Runnable() {
            @Override
            public void run() {
                if (visits.incrementAndGet() > 1) {
                    taken.countDown();
                    return;
                }
                long turn = threads.leave(this);
                try {
                    assertThat(taken.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                threads.back(this, turn);
            }
        });

        assertThat(taken.await(60, TimeUnit.SECONDS)).isTrue();
    }
}
