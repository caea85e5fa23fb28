package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.OwnApplication;
import dev.fanfare.testing.StreamClient;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams of generators in somebody's own application. */
@Timeout(240)
class FanfareStreamTest {
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger closings = new AtomicInteger();
    private volatile EventGenerator generator = () -> CompletableFuture.completedStage(Optional.empty());
    private @Nullable Fanfare fanfare;
    private @Nullable OwnApplication application;

    @BeforeEach
    void start() {
        StreamSettings defaults = StreamSettings.DEFAULTS;
        start(Fanfare.builder()
                .streams(new StreamSettings(
                        Duration.ofMillis(100),
                        defaults.retry(),
                        defaults.tailEvents(),
                        defaults.tailBytes(),
                        defaults.pinnedBytes(),
                        defaults.sendBufferBytes(),
                        defaults.writeTimeout(),
                        defaults.maxDuration()))
                .build());
    }

    private void start(Fanfare made) {
        fanfare = made;
        application = new OwnApplication((sink, lastEventId) -> made.stream(sink, generator));
    }

    @AfterEach
    void close() {
        if (application != null && fanfare != null) {
            fanfare.close();
            application.close();
        }
    }

    /** Counts what is asked of it. */
    private EventGenerator counted(IntFunction<CompletionStage<Optional<Event>>> answers, Duration pause) {
        return new EventGenerator() {
            @Override
            public CompletionStage<Optional<Event>> next() {
                return answers.apply(asked.incrementAndGet());
            }

            @Override
            public Duration pause() {
                return pause;
            }

            @Override
            public void closed() {
                closings.incrementAndGet();
            }
        };
    }

    private static CompletionStage<Optional<Event>> answer(String data) {
        return CompletableFuture.completedStage(Optional.of(Event.of(data)));
    }

    private StreamClient client(EventGenerator streamed) {
        generator = streamed;
        return application == null ? StreamClient.get(0, "") : application.client();
    }

    @Test
    void whatAGeneratorMakesArrivesAndThenTheEnd() {
        StreamClient client = client(counted(
                        number -> number <= 100
                                ? answer("" + number)
                                : CompletableFuture.completedStage(Optional.empty()),
                        Duration.ZERO))
                .read();
        assertThat(client.awaitEnd()).isEqualTo(StreamClient.End.COMPLETE);
        assertThat(client.data())
                .isEqualTo(
                        IntStream.rangeClosed(1, 100).mapToObj(String::valueOf).toList());
        await().until(() -> closings.get() == 1);
    }

    @Test
    void aClientThatDoesNotReadStopsItsGenerator() {
        String large = "x".repeat(16 * 1024);
        StreamClient client = client(counted(number -> answer(large), Duration.ZERO));
        AtomicInteger seen = new AtomicInteger(-1);
        await().during(Duration.ofMillis(300))
                .until(() -> seen.getAndSet(asked.get()) == asked.get() && asked.get() > 0);
        assertThat(asked.get()).isLessThan(2000);
        int stopped = asked.get();
        client.read().awaitEvents(stopped + 10);
        assertThat(asked.get()).isGreaterThan(stopped);
    }

    @Test
    void aGeneratorIsToldOnceThatItsClientLeft() {
        StreamClient client = client(counted(number -> answer("" + number), Duration.ofMillis(1)))
                .read();
        client.awaitEvents(3);
        client.close();
        await().until(() -> closings.get() > 0);
        int before = asked.get();
        StreamClient next =
                client(counted(number -> answer("x"), Duration.ZERO)).read();
        next.awaitEvents(10);
        next.close();
        await().until(() -> closings.get() == 2);
        assertThat(before).isPositive();
    }

    /** Nothing is sent to it, so the heartbeat finds out. */
    @Test
    void aGeneratorThatHasNothingIsToldThatItsClientLeft() {
        StreamClient client = client(counted(number -> new CompletableFuture<>(), Duration.ZERO))
                .read();
        client.awaitText(":\n");
        await().until(() -> asked.get() == 1);
        client.close();
        await().until(() -> closings.get() == 1);
    }

    @Test
    void aGeneratorThatFailsEndsItsStream() {
        CompletableFuture<Optional<Event>> failing = new CompletableFuture<>();
        StreamClient client = client(counted(number -> number == 1 ? answer("1") : failing, Duration.ZERO))
                .read();
        client.awaitText("data: 1\n");
        failing.completeExceptionally(new IllegalStateException("told to fail"));
        client.awaitEnd();
        assertThat(client.data()).containsExactly("1");
        await().until(() -> closings.get() == 1);
    }

    @Test
    void aGeneratorThatAnswersWithNothingAtAllEndsItsStream() {
        StreamClient first = client(counted(number -> null, Duration.ZERO)).read();
        first.awaitEnd();
        StreamClient second = client(counted(number -> CompletableFuture.completedStage(null), Duration.ZERO))
                .read();
        second.awaitEnd();
        await().until(() -> closings.get() == 2);
    }

    @Test
    void aGeneratorThatThrowsAnErrorEndsItsStream() {
        StreamClient client = client(counted(
                        number -> {
                            throw new AssertionError("told to fail");
                        },
                        Duration.ZERO))
                .read();
        client.awaitEnd();
        await().until(() -> closings.get() == 1);
    }

    @Test
    void aPauseThatFailsEndsTheStreamOfItsGeneratorAlone() {
        StreamClient other =
                client(counted(number -> answer("x"), Duration.ofMillis(5))).read();
        other.awaitEvents(1);
        EventGenerator broken = new EventGenerator() {
            @Override
            public CompletionStage<Optional<Event>> next() {
                return answer("1");
            }

            @Override
            public Duration pause() {
                throw new IllegalStateException("told to fail");
            }
        };
        client(broken).read().awaitEnd();
        other.awaitEvents(other.events().size() + 5);
    }

    @Test
    void anIteratorMayBlockWithoutHoldingUpOthers() {
        BlockingQueue<Event> queue = new LinkedBlockingQueue<>();
        Iterator<Event> blocking = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Event next() {
                try {
                    return queue.take();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }
        };
        for (int i = 0; i < 30; i++) {
            client(EventGenerator.of(blocking)).read();
        }
        StreamClient moving =
                client(counted(number -> answer("" + number), Duration.ZERO)).read();
        moving.awaitEvents(100);
        queue.add(Event.of("at last"));
        await().until(queue::isEmpty);
    }

    @Test
    void pausesAreKeptInTheTimeThatWasGiven() {
        close();
        ManualTicker ticker = new ManualTicker();
        start(Fanfare.builder().ticker(ticker).build());
        AtomicInteger number = new AtomicInteger();
        StreamClient client = client(EventGenerator.every(
                        Duration.ofSeconds(10),
                        () -> number.incrementAndGet() > 3
                                ? Optional.empty()
                                : Optional.of(Event.of("" + number.get()))))
                .read();
        for (int i = 1; i <= 3; i++) {
            client.awaitEvents(i);
            await().until(() -> ticker.alarms() == 2);
            ticker.advance(Duration.ofMillis(9_999));
            assertThat(number).hasValue(i);
            ticker.advance(Duration.ofMillis(1));
        }
        assertThat(client.awaitEnd()).isEqualTo(StreamClient.End.COMPLETE);
        assertThat(client.data()).containsExactly("1", "2", "3");
    }
}
