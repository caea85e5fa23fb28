package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.event.Selector;
import dev.fanfare.history.NoHistory;
import dev.fanfare.log.LogMode;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.testing.RecordingOutlet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When an event counts as delivered: all have it who were subscribed, or they are gone. */
@Timeout(240)
class DeliverTest {
    private static final List<Selector> A = List.of(Selector.parse("a"));
    private static final int TAIL_EVENTS = 64;

    private final HubFixture fixture =
            HubFixture.of(HubFixture.SETTINGS, 2, new NoHistory(), LogMode.LIVE, TAIL_EVENTS);

    @AfterEach
    void close() {
        fixture.close();
    }

    private CompletableFuture<Void> deliver(String data) {
        return fixture.hub
                .deliver(HubFixture.event(data, "a"), A, Runnable::run)
                .toCompletableFuture();
    }

    private Client stalled() {
        return fixture.join(new Client(new RecordingOutlet().refuse()), ResumePoint.NOW, Rights.ALL, "a");
    }

    private static void assertDone(CompletableFuture<?> stage) {
        assertThat(stage).succeedsWithin(60, TimeUnit.SECONDS);
    }

    @Test
    void isDoneAtOnceWhereNobodyIs() {
        fixture.join("b");
        assertThat(deliver("1")).isCompleted();
    }

    @Test
    void isDoneOnceTheLastHasTheEvent() {
        List<Client> quick = List.of(fixture.join("a"), fixture.join("a"), fixture.join("a"));
        Client slow = stalled();
        CompletableFuture<Void> first = deliver("1");
        CompletableFuture<Void> second = deliver("2");
        quick.forEach(client -> client.assertData("1", "2"));
        fixture.settle();
        assertThat(first).isNotDone();
        slow.outlet().accept();
        slow.assertData("1", "2");
        assertDone(first);
        assertDone(second);
    }

    @Test
    void isDoneEventByEventWhileMoreArePublished() {
        fixture.join("a");
        Client slow = stalled();
        CompletableFuture<Void> first = deliver("1");
        fixture.settle();
        int bytes = ":\nretry: 3000\n".length();
        CompletableFuture<Void> second = deliver("2");
        slow.outlet().room(bytes + "data: 1\n\n".length());
        assertDone(first);
        fixture.settle();
        assertThat(second).isNotDone();
        slow.outlet().accept();
        assertDone(second);
    }

    @Test
    void whoLeavesIsNotWaitedFor() {
        Client slow = stalled();
        CompletableFuture<Void> stage = deliver("1");
        fixture.settle();
        assertThat(stage).isNotDone();
        slow.outlet().leave();
        assertDone(stage);
    }

    @Test
    void whoComesLaterIsNotWaitedFor() {
        Client quick = fixture.join("a");
        CompletableFuture<Void> stage = deliver("1");
        stalled();
        stalled();
        quick.assertData("1");
        assertDone(stage);
    }

    @Test
    void whoIsOnTheWayIsWaitedFor() {
        var go = List.of(fixture.hold(0), fixture.hold(1));
        List<Client> clients = List.of(stalled(), stalled());
        CompletableFuture<Void> stage = deliver("1");
        go.forEach(CountDownLatch::countDown);
        fixture.settle();
        assertThat(stage).isNotDone();
        clients.forEach(client -> client.outlet().accept());
        assertDone(stage);
    }

    @Test
    void whoCouldNotJoinIsNotWaitedFor() {
        List<Client> clients = List.of(fixture.join("a"), fixture.join("a"));
        for (int i = 0; i < 2; i++) {
            fixture.settle();
            fixture.ticker.onNextNanos(() -> {
                throw new OutOfMemoryError("told to fail");
            });
            assertThatThrownBy(() -> fixture.join("a")).isInstanceOf(OutOfMemoryError.class);
        }
        assertDone(deliver("1"));
        clients.forEach(client -> client.outlet().leave());
        clients.forEach(Client::awaitClosed);
        fixture.settle();
        assertThat(fixture.hub.channels()).isZero();
    }

    @Test
    void whoFellBehindTheTailIsClosedAndNotWaitedFor() {
        Client quick = fixture.join("a");
        Client slow = stalled();
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int i = 1; i <= 3 * TAIL_EVENTS; i++) {
            stages.add(deliver("" + i));
            quick.outlet().awaitEvents(i);
        }
        assertThat(slow.awaitClosed()).isEqualTo(CloseReason.LAGGED);
        stages.forEach(DeliverTest::assertDone);
        quick.assertNumbers(1, 3 * TAIL_EVENTS);
    }

    @Test
    void theEndOfTheServiceLeavesNobodyWaiting() {
        stalled();
        CompletableFuture<Void> stage = fixture.hub
                .deliver(HubFixture.event("1", "a"), A, task -> {
                    throw new RejectedExecutionException("closed");
                })
                .toCompletableFuture();
        fixture.loops.close();
        assertDone(stage);
        assertDone(deliver("2"));
    }

    @Test
    void everyDeliveryIsDoneThoughAllComeAndGoAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<CompletableFuture<Void>> stages = new ArrayList<>();
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < 2; t++) {
                running.add(threads.submit(() -> {
                    for (int i = 0; i < 2000; i++) {
                        CompletableFuture<Void> stage = deliver("" + i);
                        synchronized (stages) {
                            stages.add(stage);
                        }
                    }
                }));
            }
            running.add(threads.submit(() -> {
                for (int i = 0; i < 300; i++) {
                    Client client = i % 3 == 0 ? stalled() : fixture.join("a");
                    client.outlet().awaitOpen();
                    if (i % 3 == 0) {
                        client.outlet().room(i * 10L);
                    }
                    client.outlet().leave();
                }
            }));
            for (Future<?> one : running) {
                one.get(200, TimeUnit.SECONDS);
            }
            stages.forEach(DeliverTest::assertDone);
        } finally {
            threads.shutdownNow();
        }
    }
}
