package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.hub.Client;
import dev.fanfare.hub.HubFixture;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.hub.Rights;
import dev.fanfare.log.LogMode;
import dev.fanfare.testing.RecordingOutlet;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The streams of two loops end one after the other. */
@Timeout(240)
class DrainTest {
    private static final Duration OVER = Duration.ofSeconds(10);
    private static final int LOOPS = 2;

    private final HubFixture fixture =
            HubFixture.of(HubFixture.SETTINGS, LOOPS, HubFixture.memory(), LogMode.RESUMABLE, 1024);

    @AfterEach
    void close() {
        fixture.close();
    }

    private List<Client> clients(int count) {
        List<Client> clients =
                Stream.generate(() -> fixture.join("a")).limit(count).toList();
        fixture.settle();
        return clients;
    }

    /** Begins to drain; returns once each loop has seen its streams. */
    private CompletableFuture<Void> drain() {
        int before = fixture.ticker.alarms();
        CompletableFuture<Void> drained = CompletableFuture.runAsync(() -> {
            try {
                fixture.loops.drain(OVER);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        // One alarm is for the end of the time, and one for each loop that has streams.
        int more = 1 + Math.min(LOOPS, fixture.loops.openStreams());
        Awaitility.await().until(() -> drained.isDone() || fixture.ticker.alarms() >= before + more);
        fixture.settle();
        return drained;
    }

    private static void assertDone(CompletableFuture<Void> drained) {
        assertThat(drained).succeedsWithin(60, TimeUnit.SECONDS);
    }

    private static long closed(List<Client> clients) {
        return clients.stream().filter(Client::isClosed).count();
    }

    private static Duration lastRetry(Client client) {
        List<Duration> retries = client.outlet().retries();
        return retries.get(retries.size() - 1);
    }

    @Test
    void streamsEndEvenlyOverTheTime() {
        List<Client> clients = clients(20);
        CompletableFuture<Void> drained = drain();

        for (int second = 1; second <= 9; second++) {
            fixture.pass(Duration.ofSeconds(1));
            assertThat(closed(clients)).as("after %d s", second).isEqualTo(2L * second);
            assertThat(drained).isNotDone();
        }
        fixture.pass(Duration.ofSeconds(1));
        assertDone(drained);
        assertThat(clients).allSatisfy(client -> {
            assertThat(client.awaitClosed()).isEqualTo(CloseReason.SHUTDOWN);
            assertThat(client.outlet().isFinished()).isTrue();
        });
    }

    @Test
    void eachEndsBehindAReconnectionDelayOfItsOwn() {
        List<Client> clients = clients(20);
        CompletableFuture<Void> drained = drain();
        fixture.publish("before the end", "a");
        fixture.pass(OVER);
        assertDone(drained);

        Duration least = HubFixture.SETTINGS.retry();
        assertThat(clients)
                .allSatisfy(client -> assertThat(client.outlet().text())
                        .contains("data: before the end\n\n")
                        .endsWith("\nretry: " + lastRetry(client).toMillis() + "\n"));
        assertThat(clients.stream().map(DrainTest::lastRetry))
                .doesNotHaveDuplicates()
                .allSatisfy(retry -> assertThat(retry).isBetween(least, least.multipliedBy(2)));
    }

    @Test
    void aClientThatReadsSlowlyGetsTheRestOfItsFrameBeforeTheEnd() {
        RecordingOutlet slow = new RecordingOutlet();
        Client client = fixture.join(new Client(slow), ResumePoint.NOW, Rights.PUBLIC_ONLY, "a");
        slow.awaitText("retry: ");
        fixture.settle();
        slow.room(10);
        fixture.publish("half of this is on its way", "a");
        fixture.publish("this is not", "a");
        slow.awaitRefusal();

        CompletableFuture<Void> drained = drain();
        fixture.pass(Duration.ofSeconds(9));
        assertThat(drained).isNotDone();
        assertThat(client.isClosed()).isFalse();

        slow.accept();
        client.awaitClosed();
        assertDone(drained);
        assertThat(slow.isFinished()).isTrue();
        assertThat(slow.data()).containsExactly("half of this is on its way");
        assertThat(slow.text())
                .endsWith("data: half of this is on its way\n\n:\nretry: "
                        + lastRetry(client).toMillis() + "\n");
    }

    @Test
    void aClientThatTakesNothingIsNotWaitedForLongerThanTheTime() {
        RecordingOutlet stalled = new RecordingOutlet();
        Client client = fixture.join(new Client(stalled), ResumePoint.NOW, Rights.PUBLIC_ONLY, "a");
        stalled.awaitText("retry: ");
        fixture.settle();
        stalled.room(10);
        fixture.publish("half of this is on its way", "a");
        fixture.publish("this is refused", "a");
        stalled.awaitRefusal();

        CompletableFuture<Void> drained = drain();
        fixture.pass(OVER);

        assertDone(drained);
        assertThat(client.isClosed()).isFalse();
        fixture.loops.close();
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.SHUTDOWN);
        assertThat(stalled.isFinished()).as("cut off in the middle of a frame").isFalse();
    }

    @Test
    void whereThereIsNoStreamDrainingTakesNoTime() {
        assertDone(drain());
        clients(1).get(0).outlet().leave();
        Awaitility.await().until(() -> fixture.loops.openStreams() == 0);
        assertDone(drain());
    }

    @Test
    void itIsOverWithTheLastStreamToGo() {
        List<Client> clients = clients(3);
        CompletableFuture<Void> drained = drain();

        clients.forEach(client -> client.outlet().leave());

        assertDone(drained);
    }
}
