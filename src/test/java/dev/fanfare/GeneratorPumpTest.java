package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class GeneratorPumpTest {
    private final ManualTicker ticker = new ManualTicker();
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    private final ExecutorService pool = Executors.newFixedThreadPool(2);
    private final RecordingOutlet outlet = new RecordingOutlet();

    @AfterEach
    void close() {
        loops.close();
        pool.shutdownNow();
    }

    /** Gives what a test puts in, asked for in order; counts how often it was asked. */
    private static final class Scripted implements EventGenerator {
        private final BlockingQueue<CompletionStage<Optional<Event>>> answers = new LinkedBlockingQueue<>();
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger inside = new AtomicInteger();
        private final CountDownLatch closed = new CountDownLatch(1);
        private final AtomicInteger closings = new AtomicInteger();
        private final Duration pause;

        Scripted(Duration pause) {
            this.pause = pause;
        }

        Scripted answer(String... data) {
            for (String text : data) {
                answers.add(CompletableFuture.completedStage(Optional.of(Event.of(text))));
            }
            return this;
        }

        void end() {
            answers.add(CompletableFuture.completedStage(Optional.empty()));
        }

        @Override
        public CompletionStage<Optional<Event>> next() {
            assertThat(inside.incrementAndGet()).isEqualTo(1);
            asked.incrementAndGet();
            try {
                CompletionStage<Optional<Event>> answer = answers.poll(60, TimeUnit.SECONDS);
                inside.decrementAndGet();
                return answer == null ? CompletableFuture.failedStage(new IllegalStateException("no answer")) : answer;
            } catch (InterruptedException e) {
                inside.decrementAndGet();
                Thread.currentThread().interrupt();
                return CompletableFuture.failedStage(e);
            }
        }

        @Override
        public Duration pause() {
            return pause;
        }

        @Override
        public void closed() {
            closings.incrementAndGet();
            closed.countDown();
        }

        void awaitAsked(int times) {
            Awaitility.await().until(() -> asked.get() >= times);
        }

        void awaitClosed() throws InterruptedException {
            assertThat(closed.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(closings).hasValue(1);
        }
    }

    private Scripted start(Duration pause) {
        Scripted generator = new Scripted(pause);
        GeneratorPump.start(loops, outlet, Reader.UNKNOWN, generator, pool);
        return generator;
    }

    @Test
    void sendsWhatTheGeneratorMakesAndEndsWithIt() throws Exception {
        Scripted generator = start(Duration.ZERO).answer("1", "2", "3");
        generator.end();
        outlet.awaitEnd();
        assertThat(outlet.data()).containsExactly("1", "2", "3");
        generator.awaitClosed();
    }

    @Test
    void manyEventsArriveInOrder() {
        Iterator<Event> events =
                IntStream.range(0, 5000).mapToObj(i -> Event.of("" + i)).iterator();
        GeneratorPump.start(loops, outlet, Reader.UNKNOWN, EventGenerator.of(events), pool);
        outlet.awaitEnd();
        assertThat(outlet.data())
                .isEqualTo(IntStream.range(0, 5000).mapToObj(String::valueOf).toList());
    }

    @Test
    void asksForTheNextOnlyWhenTheClientHasTakenTheOneBefore() {
        outlet.refuse();
        Scripted generator = start(Duration.ZERO).answer("1", "2", "3");
        outlet.awaitRefusal();
        assertThat(generator.asked).hasValue(0);
        outlet.room(40);
        generator.awaitAsked(1);
        outlet.accept();
        outlet.awaitEvents(3);
        generator.awaitAsked(4);
        generator.end();
        outlet.awaitEnd();
    }

    @Test
    void pausesBetweenEventsButNotBeforeTheFirst() {
        Scripted generator = start(Duration.ofSeconds(5)).answer("1", "2");
        outlet.awaitEvents(1);
        Awaitility.await().until(() -> ticker.alarms() == 2);
        assertThat(generator.asked).hasValue(1);
        ticker.advance(Duration.ofMillis(4999));
        assertThat(generator.asked).hasValue(1);
        ticker.advance(Duration.ofMillis(1));
        outlet.awaitEvents(2);
    }

    @Test
    void aStageThatCompletesLaterIsWaitedFor() {
        Scripted generator = start(Duration.ZERO);
        CompletableFuture<Optional<Event>> later = new CompletableFuture<>();
        generator.answers.add(later);
        generator.awaitAsked(1);
        assertThat(outlet.events()).isEmpty();
        later.complete(Optional.of(Event.of("1")));
        outlet.awaitEvents(1);
        generator.awaitAsked(2);
        generator.end();
        outlet.awaitEnd();
    }

    @Test
    void aGeneratorThatFailsIsCutOff() throws Exception {
        Scripted generator = start(Duration.ZERO).answer("1");
        generator.answers.add(CompletableFuture.failedStage(new IllegalStateException("told to fail")));
        outlet.awaitClosed();
        assertThat(outlet.isFinished()).isFalse();
        assertThat(outlet.data()).containsExactly("1");
        generator.awaitClosed();
    }

    @Test
    void aGeneratorThatThrowsIsCutOff() {
        EventGenerator throwing = () -> {
            throw new IllegalStateException("told to fail");
        };
        GeneratorPump.start(loops, outlet, Reader.UNKNOWN, throwing, pool);
        outlet.awaitClosed();
        assertThat(outlet.isFinished()).isFalse();
    }

    @Test
    void aClientThatLeavesDuringThePauseEndsIt() throws Exception {
        Scripted generator = start(Duration.ofSeconds(5)).answer("1");
        outlet.awaitEvents(1);
        Awaitility.await().until(() -> ticker.alarms() == 2);
        outlet.leave();
        generator.awaitClosed();
        ticker.advance(Duration.ofSeconds(10));
        assertThat(generator.asked).hasValue(1);
        assertThat(ticker.alarms()).isZero();
    }

    @Test
    void aClientThatLeavesWhileTheGeneratorIsAskedEndsIt() throws Exception {
        Scripted generator = start(Duration.ZERO);
        generator.awaitAsked(1);
        outlet.leave();
        generator.awaitClosed();
        generator.answer("late");
        outlet.awaitClosed();
        Awaitility.await().until(() -> generator.inside.get() == 0);
        assertThat(generator.asked).hasValue(1);
        assertThat(outlet.events()).isEmpty();
    }

    @Test
    void generatorsOfOneServiceDoNotConcernOneAnother() throws Exception {
        Scripted generator = start(Duration.ZERO);
        RecordingOutlet other = new RecordingOutlet();
        GeneratorPump.start(
                loops,
                other,
                Reader.UNKNOWN,
                EventGenerator.of(List.of(Event.of("x")).iterator()),
                pool);
        other.awaitEnd();
        generator.end();
        outlet.awaitEnd();
        generator.awaitClosed();
    }
}
