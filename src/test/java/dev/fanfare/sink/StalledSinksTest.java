package dev.fanfare.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.PrivateStream;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.Loops;
import dev.fanfare.testing.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that take nothing, on sinks that block, beside one that reads. Time stands still, so no write timeout helps. */
@Timeout(240)
class StalledSinksTest {
    private static final int THREADS = 8;
    private static final Duration SOON = Duration.ofSeconds(60);

    private final ManualTicker ticker = new ManualTicker();
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    private final List<BlockingPool> pools = new ArrayList<>();

    @AfterEach
    void close() {
        loops.close();
        pools.forEach(BlockingPool::close);
    }

    private BlockingPool pool(int most) {
        BlockingPool pool = new BlockingPool(new PoolThreads(StalledSinksTest::daemon, most), 4, 10_000);
        pools.add(pool);
        return pool;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    private final class Client {
        final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        final CountDownLatch blocks = new CountDownLatch(1);
        final FakeSink sink;
        private final PrivateStream stream;

        Client(BlockingPool pool, int interruptsUntilItFails) {
            sink = interruptsUntilItFails == 0 ? FakeSink.taking() : new FakeSink(n -> block(interruptsUntilItFails));
            stream = PrivateStream.open(
                    loops, new SinkOutlet(sink, pool), List.of(), Reader.UNKNOWN, pool, () -> {}, closed::complete);
        }

        private CompletionStage<?> block(int interrupts) {
            blocks.countDown();
            for (int i = 0; i < interrupts; i++) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    // As some containers do: they try again.
                }
            }
            throw new IllegalStateException("interrupted");
        }

        Client offer(String data) {
            stream.add(Event.of(data));
            return this;
        }

        void awaitTaken(int events) {
            await().atMost(SOON).until(() -> sink.sent().size() == events);
        }
    }

    private Client reader(BlockingPool pool) {
        return new Client(pool, 0);
    }

    private Client stalled(BlockingPool pool) {
        return new Client(pool, 1).offer("never taken");
    }

    private List<Client> stalled(BlockingPool pool, int count) {
        return IntStream.range(0, count).mapToObj(i -> stalled(pool)).toList();
    }

    @Test
    void thousandsThatStallAtOnceHoldUpNobodyForLong() {
        BlockingPool pool = new BlockingPool();
        pools.add(pool);
        List<Client> stalled = stalled(pool, 3000);
        Client reader = reader(pool).offer("1");
        reader.awaitTaken(1);
        reader.offer("2").awaitTaken(2);
        assertThat(stalled).noneMatch(client -> client.closed.isDone());
    }

    @Test
    void whereAllThreadsAreHeldThoseThatHaveHeldTheirsForLongestGiveWay() throws InterruptedException {
        BlockingPool pool = pool(THREADS);
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Client client = stalled(pool);
            client.blocks.await();
            all.add(client);
        }
        all.addAll(stalled(pool, 4));

        Client reader = reader(pool).offer("1");
        reader.awaitTaken(1);
        reader.offer("2").awaitTaken(2);

        for (Client client : all) {
            client.blocks.await();
        }
        Loops.settle(loops); // which close the streams of those that were told to give way
        List<Boolean> gone = all.stream().map(client -> client.closed.isDone()).toList();
        int left = (int) gone.stream().takeWhile(closed -> closed).count();
        assertThat(left).isBetween(4, 6);
        assertThat(all.subList(0, left)).allSatisfy(client -> {
            assertThat(client.closed.join()).isEqualTo(CloseReason.STALLED);
            await().until(() -> client.sink.closings() == 1);
        });
        assertThat(gone.subList(left, gone.size())).containsOnly(false);
        assertThat(reader.closed).isNotDone();
    }

    /** A client's stream must not wait for a thread to be ended by. */
    @Test
    void theWriteTimeoutEndsClientsThatHoldAllThreads() throws InterruptedException {
        BlockingPool pool = pool(2);
        List<Client> stalled = List.of(new Client(pool, 3).offer("1"), new Client(pool, 3).offer("1"));
        for (Client client : stalled) {
            client.blocks.await();
        }
        await().until(() -> {
            ticker.advance(Duration.ofSeconds(1));
            return stalled.stream().allMatch(client -> client.closed.isDone());
        });
        await().atMost(SOON).until(() -> stalled.stream().allMatch(client -> client.sink.closings() == 1));
    }

    @Test
    void aSinkThatBlocksOnAndOnIsInterruptedAlsoWhenThePoolIsClosed() throws InterruptedException {
        BlockingPool pool = pool(2);
        Client client = new Client(pool, 25).offer("1");
        client.blocks.await();
        loops.close();
        pool.close();
        await().atMost(SOON).until(() -> client.sink.closings() == 1);
    }

    /** A generator that blocks, for one, is the application's. */
    @Test
    void whatCannotGiveWayIsLeftAlone() throws InterruptedException {
        BlockingPool pool = pool(THREADS);
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(THREADS - 1);
        for (int i = 0; i < THREADS - 1; i++) {
            pool.execute(() -> {
                try {
                    end.await();
                    ended.countDown();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        Client client = stalled(pool);
        client.blocks.await();
        Client reader = reader(pool).offer("1");
        reader.awaitTaken(1);
        assertThat(client.closed.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo(CloseReason.STALLED);
        end.countDown();
        ended.await();
    }
}
