package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.log.History;
import dev.fanfare.sink.SinkOutlets;
import dev.fanfare.status.Reading;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.Outlet;
import dev.fanfare.testing.ForwardingHistory;
import dev.fanfare.testing.OwnApplication;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.StreamClient;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.glassfish.jersey.media.sse.OutboundEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A Fanfare's threads, its end, and several of them side by side. */
@Timeout(240)
class FanfareLifeTest {
    /** Of a source that may take its time on a busy machine. */
    private static final SourceSettings PATIENT =
            SourceSettings.builder().timeout(Duration.ofMinutes(1)).build();

    private final Set<Thread> before = threads();
    private final Fanfare fanfare = Fanfare.create();
    private final List<OwnApplication> applications = new ArrayList<>();

    @AfterEach
    void close() {
        fanfare.close();
        applications.forEach(OwnApplication::close);
        await().until(() -> newThreads().isEmpty()); // the next test counts its own
    }

    private OwnApplication application(Consumer<SseEventSink> streaming) {
        OwnApplication application = new OwnApplication((sink, lastEventId) -> streaming.accept(sink));
        applications.add(application);
        return application;
    }

    private static StreamClient join(OwnApplication application) {
        return application.client().read().awaitText(":\n");
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("fanfare"))
                .collect(Collectors.toSet());
    }

    private Set<Thread> newThreads() {
        Set<Thread> now = threads();
        now.removeAll(before);
        return now;
    }

    /** The promise is two seconds; what hangs here would hang for ever. */
    @Test
    void closingReturnsThoughTheHistoryHangs() {
        CountDownLatch released = new CountDownLatch(1);
        Parts parts = fanfare.parts();
        History hanging = new ForwardingHistory(parts.history()) {
            @Override
            public void close() {
                try {
                    released.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                super.close();
            }
        };
        Fanfare other = new Fanfare(new Parts(
                parts.loops(),
                parts.log(),
                parts.live(),
                parts.statuses(),
                parts.outlets(),
                parts.pool(),
                hanging,
                parts.tracing(),
                parts.ownTicker()));
        other.close();
        other.close();
        assertThat(newThreads()).extracting(Thread::getName).contains("fanfare-close");
        assertThat(newThreads()).allMatch(Thread::isDaemon);
        released.countDown();
        await().until(() -> newThreads().isEmpty());
    }

    @Test
    void makingOneStartsNoThread() {
        SseBroadcaster broadcaster = fanfare.newBroadcaster(null);
        fanfare.source("jobs", SourceSettings.builder().params("job").build());
        fanfare.set("jobs", Map.of("job", "1"), "1");
        fanfare.publish("a", "1").toCompletableFuture().join();
        broadcaster.broadcast(new OutboundEvent.Builder().data("1").build());
        assertThat(newThreads()).isEmpty();
    }

    @Test
    void closingOneThatWasNeverUsedDoesNothing() {
        fanfare.close();
        fanfare.close();
        await().until(() -> newThreads().isEmpty()); // that which closes may take longer than it is waited for
    }

    @Test
    void closingEndsEveryKindOfStreamAndEveryThread() {
        SseBroadcaster broadcaster = fanfare.newBroadcaster(null);
        fanfare.source("jobs", SourceSettings.builder().params("job").build());
        fanfare.set("jobs", Map.of("job", "1"), "1");
        CompletableFuture<Optional<Event>> later = new CompletableFuture<>();
        AtomicInteger closings = new AtomicInteger();
        EventGenerator generator = new EventGenerator() {
            @Override
            public CompletableFuture<Optional<Event>> next() {
                return later;
            }

            @Override
            public void closed() {
                closings.incrementAndGet();
            }
        };
        List<StreamClient> clients = List.of(
                join(application(sink -> fanfare.subscribe(sink, null, "a"))),
                join(application(sink -> fanfare.stream(sink, generator))),
                join(application(fanfare::open)),
                join(application(broadcaster::register)),
                join(application(sink -> fanfare.watch(sink, null, "jobs", Map.of("job", "1")))));
        assertThat(newThreads()).isNotEmpty();
        long begin = System.nanoTime();
        fanfare.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        clients.forEach(client -> assertThat(client.awaitEnd()).isEqualTo(StreamClient.End.COMPLETE));
        await().until(() -> newThreads().isEmpty());
        assertThat(closings).hasValue(1);
    }

    private static Snapshot ask(Fanfare asked, String name) {
        Statuses statuses = asked.parts().statuses();
        return statuses.snapshot(statuses.url(name, Map.of()))
                .toCompletableFuture()
                .join();
    }

    /** By itself a thread of theirs would stay for ten seconds, and hold the class loader of an application. */
    @Test
    void closingEndsTheThreadsOfASourceThatBlocksWhichGoesOnForOthers() {
        StatusSource source = StatusSource.blocking(params -> Reading.ofText("ready"));
        try (Fanfare other = Fanfare.create()) {
            for (Fanfare each : List.of(fanfare, other)) {
                each.source("files", source, PATIENT);
                assertThat(ask(each, "files")).isInstanceOf(Snapshot.Known.class);
            }

            fanfare.close();

            other.source("again", source, PATIENT);
            assertThat(ask(other, "again")).isInstanceOf(Snapshot.Known.class);
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> newThreads().isEmpty());
    }

    @Test
    void clientsThatStallDoNotKeepItFromEnding() {
        OwnApplication application = application(sink -> fanfare.subscribe(sink, null, "a"));
        for (int i = 0; i < 10; i++) {
            application.client();
        }
        await().until(() -> fanfare.parts().loops().openStreams() == 10);
        for (int i = 0; i < 500; i++) {
            fanfare.publish("a", "x".repeat(64 * 1024));
        }
        long begin = System.nanoTime();
        fanfare.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        await().until(() -> newThreads().isEmpty());
    }

    @Test
    void foreignCodeThatBlocksDoesNotKeepItFromEnding() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> goesOn = new CompletableFuture<>();
        application(sink -> fanfare.stream(sink, () -> {
                    asked.countDown();
                    goesOn.join();
                    return CompletableFuture.completedStage(Optional.empty());
                }))
                .client();
        assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
        long begin = System.nanoTime();
        fanfare.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        goesOn.complete(null);
    }

    @Test
    void aClosedOneTakesNoStreamAndSaysSoBeforeTheHeadIsSent() {
        SseBroadcaster broadcaster = fanfare.newBroadcaster(null);
        fanfare.source("jobs", SourceSettings.builder().params("job").build());
        List<OwnApplication> all = List.of(
                application(sink -> fanfare.subscribe(sink, null, "a")),
                application(sink -> fanfare.stream(sink, () -> new CompletableFuture<>())),
                application(fanfare::open),
                application(broadcaster::register),
                application(sink -> fanfare.watch(sink, null, "jobs", Map.of("job", "1"))));
        fanfare.close();
        await().until(() -> fanfare.parts().loops().isClosed()); // a busy machine may take longer than it is waited for
        for (OwnApplication application : all) {
            assertThat(application.client().status()).isGreaterThanOrEqualTo(500);
        }
        await().until(() -> newThreads().isEmpty()); // that which closes may take longer than it is waited for
    }

    /** The end may come between the look at it and the stream's beginning. */
    @Test
    void aStreamThatCannotBeginClosesItsOutlet() {
        RecordingOutlet outlet = new RecordingOutlet();
        List<Fanfare> made = new ArrayList<>();
        Fanfare closing = Fanfare.builder()
                .outlets(sink -> {
                    made.get(0).close();
                    return outlet;
                })
                .build();
        made.add(closing);
        OwnApplication application = application(sink ->
                assertThatThrownBy(() -> closing.subscribe(sink, null, "a")).isInstanceOf(IllegalStateException.class));
        application.client();
        outlet.awaitClosed();
    }

    @Test
    void severalInOneProcessDoNotConcernOneAnother() {
        Fanfare other = Fanfare.create();
        StreamClient here = join(application(sink -> fanfare.subscribe(sink, null, "a")));
        StreamClient there = join(application(sink -> other.subscribe(sink, null, "a")));
        fanfare.publish("a", "here");
        other.publish("a", "there");
        assertThat(there.awaitEvents(1).data()).containsExactly("there");
        assertThat(here.awaitEvents(1).data()).containsExactly("here");
        other.close();
        there.awaitEnd();
        fanfare.publish("a", "still here");
        assertThat(here.awaitEvents(2).data()).containsExactly("here", "still here");
        assertThat(here.isEnded()).isFalse();
    }

    @Test
    void aSinkIsHandedOverOpen() {
        CompletableFuture<Throwable> refused = new CompletableFuture<>();
        application(sink -> {
                    Outlet outlet = new SinkOutlets(fanfare.parts().pool()).of(sink);
                    outlet.abort();
                    await().until(sink::isClosed);
                    try {
                        fanfare.subscribe(sink, null, "a");
                    } catch (IllegalStateException e) {
                        refused.complete(e);
                    }
                })
                .client();
        assertThat(refused.orTimeout(60, TimeUnit.SECONDS).join()).hasMessageContaining("closed");
    }
}
