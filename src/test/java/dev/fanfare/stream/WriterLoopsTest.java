package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.hub.HubFixture;
import dev.fanfare.testing.ManualTicker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class WriterLoopsTest {
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, new ManualTicker(), 2);

    @AfterEach
    void close() {
        loops.close();
    }

    private static List<Thread> writerThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("fanfare-writer-"))
                .toList();
    }

    private void run(Runnable task) {
        CountDownLatch done = new CountDownLatch(1);
        loops.loop(0).execute(() -> {
            try {
                task.run();
            } finally {
                done.countDown();
            }
        });
        HubFixture.await(done);
    }

    @Test
    void theThreadsStartWithTheFirstStreamAndEndWithClose() {
        List<Thread> before = writerThreads();
        try (WriterLoops own = new WriterLoops(StreamSettings.DEFAULTS, new ManualTicker(), 3)) {
            assertThat(before).containsAll(writerThreads());
            own.loop(0);
            List<Thread> started = new ArrayList<>(writerThreads());
            started.removeAll(before); // of which those of other tests may end meanwhile
            assertThat(started).hasSize(3).allMatch(Thread::isDaemon);
        }
        Awaitility.await().until(() -> before.containsAll(writerThreads()));
    }

    @Test
    void closingWhatNeverStartedStartsNothing() {
        List<Thread> before = writerThreads();
        new WriterLoops(StreamSettings.DEFAULTS, new ManualTicker(), 3).close();
        assertThat(before).containsAll(writerThreads());
    }

    @Test
    void tasksRunInTheirOrder() {
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            int mine = i;
            loops.loop(0).execute(() -> seen.add(mine));
        }
        run(() -> {});
        assertThat(seen).hasSize(2000).isSorted();
    }

    @Test
    void noTaskIsLeftBehindASleepingLoop() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        List<Thread> producers = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            Thread producer = new Thread(() -> {
                for (int i = 0; i < 5_000; i++) {
                    CountDownLatch done = new CountDownLatch(1);
                    loops.loop(0).execute(() -> {
                        ran.incrementAndGet();
                        done.countDown();
                    });
                    HubFixture.await(done);
                }
            });
            producer.start();
            producers.add(producer);
        }
        for (Thread producer : producers) {
            producer.join();
        }
        assertThat(ran).hasValue(15_000);
    }

    @Test
    void aTaskThatFailsDoesNotEndTheLoop() {
        run(() -> {
            throw new IllegalStateException("told to fail");
        });
        run(() -> {
            throw new StackOverflowError("told to fail");
        });
        run(() -> {});
    }

    @Test
    void anInterruptDoesNotKeepTheLoopAwake() {
        AtomicReference<Thread> thread = new AtomicReference<>();
        run(() -> thread.set(Thread.currentThread()));
        thread.get().interrupt();
        Awaitility.await().until(() -> !thread.get().isInterrupted());
        run(() -> Thread.currentThread().interrupt());
        Awaitility.await().until(() -> !thread.get().isInterrupted());
        run(() -> assertThat(Thread.currentThread().isInterrupted()).isFalse());
    }

    @Test
    void aKeyOfTheSelectorRunsItsAttachment() throws Exception {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source();
                Pipe.SinkChannel sink = pipe.sink()) {
            source.configureBlocking(false);
            CountDownLatch selected = new CountDownLatch(1);
            run(() -> {
                try {
                    AtomicReference<SelectionKey> key = new AtomicReference<>();
                    Runnable attachment = () -> {
                        key.get().cancel();
                        selected.countDown();
                    };
                    key.set(source.register(loops.loop(0).selector(), SelectionKey.OP_READ, attachment));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            sink.write(ByteBuffer.wrap(new byte[] {1}));
            HubFixture.await(selected);
        }
    }

    @Test
    void aLoopThatHasEndedTakesNoTask() {
        WriterLoop loop = loops.loop(0);
        loops.close();
        Awaitility.await().until(() -> !loop.execute(() -> {}));
    }

    @Test
    void everyTaskIsEitherRunOrRefused() throws Exception {
        for (int round = 0; round < 50; round++) {
            try (WriterLoops own = new WriterLoops(StreamSettings.DEFAULTS, new ManualTicker(), 1)) {
                WriterLoop loop = own.loop(0);
                AtomicInteger ran = new AtomicInteger();
                AtomicInteger taken = new AtomicInteger();
                Thread producer = new Thread(() -> {
                    while (loop.execute(ran::incrementAndGet)) {
                        taken.incrementAndGet();
                    }
                });
                producer.start();
                producer.join(1);
                own.close(Duration.ofMillis(1));
                producer.join();
                Awaitility.await().untilAsserted(() -> assertThat(ran).hasValue(taken.get()));
            }
        }
    }

    @Test
    void closingTwiceIsClosingOnce() {
        loops.loop(0);
        loops.close();
        loops.close();
        assertThat(loops.isClosed()).isTrue();
    }
}
