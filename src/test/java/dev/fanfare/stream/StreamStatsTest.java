package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.history.NoHistory;
import dev.fanfare.hub.Client;
import dev.fanfare.hub.HubFixture;
import dev.fanfare.hub.HubStats;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.hub.Rights;
import dev.fanfare.log.LogMode;
import dev.fanfare.testing.RecordingOutlet;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What loops and hubs count is what clients got, and why they went. */
@Timeout(240)
class StreamStatsTest {
    private static Client stalled(HubFixture fixture, int room) {
        Client client = new Client(new RecordingOutlet().room(room));
        return fixture.join(client, ResumePoint.NOW, Rights.PUBLIC_ONLY, "a");
    }

    private static long closed(HubFixture fixture, CloseReason reason) {
        return fixture.loops.stats().closed(reason);
    }

    @Test
    void whatIsCountedIsWhatTheClientsGot() {
        try (HubFixture fixture = HubFixture.of(HubFixture.SETTINGS, 2, HubFixture.memory(), LogMode.RESUMABLE, 1024)) {
            List<Client> clients = List.of(fixture.join("a"), fixture.join("a"), fixture.join("a", "b"));
            fixture.publishNumbered(1, 50, "a");
            fixture.publish("51", "b");
            fixture.publish("nobody's", "c");
            clients.get(2).assertNumbers(1, 51);
            clients.forEach(client -> client.outlet().awaitEvents(50));
            fixture.settle();

            StreamStats stats = fixture.loops.stats();
            assertThat(stats.eventsSent(StreamKind.TOPICS)).isEqualTo(151);
            assertThat(stats.bytesSent(StreamKind.TOPICS))
                    .isEqualTo(clients.stream()
                            .mapToLong(client -> client.outlet().text().getBytes(StandardCharsets.UTF_8).length)
                            .sum());
            assertThat(stats.open(StreamKind.TOPICS)).isEqualTo(3);
            assertThat(stats.open(Outlet.Kind.OTHER)).isEqualTo(3);
            assertThat(stats.opened(StreamKind.TOPICS)).isEqualTo(3);
            HubStats hub = fixture.hub.stats();
            assertThat(hub.events()).isEqualTo(52);
            assertThat(hub.channels()).isEqualTo(2);
            assertThat(hub.tailEvents()).isEqualTo(52);
            assertThat(hub.tailBytes()).isGreaterThan(hub.bytes());
        }
    }

    @Test
    void lagIsTheDistanceToTheHeadAndGoesWithTheClient() {
        try (HubFixture fixture = HubFixture.resumable()) {
            fixture.join("a");
            Client slow = stalled(fixture, 0);
            fixture.publishNumbered(1, 150, "a");
            fixture.settle();
            fixture.pass(Duration.ofSeconds(2));

            StreamStats stats = fixture.loops.stats();
            assertThat(stats.largestLag()).isEqualTo(150);
            assertThat(List.of(stats.lagging(0), stats.lagging(1), stats.lagging(2), stats.lagging(3)))
                    .containsExactly(1L, 1L, 1L, 0L);
            assertThat(stats.blocked()).isEqualTo(1);

            slow.outlet().accept();
            slow.assertNumbers(1, 150);
            fixture.pass(Duration.ofSeconds(2));
            assertThat(fixture.loops.stats().largestLag()).isZero();
            assertThat(fixture.loops.stats().lagging(0)).isZero();
            assertThat(fixture.loops.stats().blocked()).isZero();
        }
    }

    @Test
    void theLagOfTheLastClientGoesWhenItLeaves() {
        try (HubFixture fixture = HubFixture.resumable()) {
            Client slow = stalled(fixture, 0);
            fixture.publishNumbered(1, 20, "a");
            fixture.pass(Duration.ofSeconds(2));
            assertThat(fixture.loops.stats().largestLag()).isEqualTo(20);

            fixture.pass(Duration.ofSeconds(33));

            assertThat(slow.awaitClosed()).isEqualTo(CloseReason.STALLED);
            assertThat(closed(fixture, CloseReason.STALLED)).isEqualTo(1);
            assertThat(fixture.loops.stats().largestLag()).isZero();
            assertThat(fixture.loops.stats().open(StreamKind.TOPICS)).isZero();
        }
    }

    @Test
    void clientsThatLeaveAreCountedByTheirReason() {
        try (HubFixture fixture = HubFixture.resumable()) {
            Client ended = fixture.join("b");
            Client expired = fixture.join("a");
            fixture.settle();
            fixture.hub.finish(List.of(dev.fanfare.event.Selector.parse("b")));
            assertThat(ended.awaitClosed()).isEqualTo(CloseReason.ENDED);
            assertThat(closed(fixture, CloseReason.ENDED)).isEqualTo(1);

            fixture.pass(HubFixture.SETTINGS.maxDuration().plusSeconds(2));
            assertThat(expired.awaitClosed()).isEqualTo(CloseReason.EXPIRED);
            assertThat(closed(fixture, CloseReason.EXPIRED)).isEqualTo(1);

            Client last = fixture.join("a");
            fixture.settle();
            fixture.loops.close();
            assertThat(last.awaitClosed()).isEqualTo(CloseReason.SHUTDOWN);
            assertThat(closed(fixture, CloseReason.SHUTDOWN)).isEqualTo(1);
        }
    }

    @Test
    void whoFallsBehindWithoutHistoryIsCountedAsLagged() {
        try (HubFixture fixture = HubFixture.of(HubFixture.SETTINGS, 1, new NoHistory(), LogMode.LIVE, 16)) {
            Client slow = stalled(fixture, 0);
            fixture.publishNumbered(1, 100, "a");
            fixture.settle();
            slow.outlet().accept();

            assertThat(slow.awaitClosed()).isEqualTo(CloseReason.LAGGED);
            assertThat(closed(fixture, CloseReason.LAGGED)).isEqualTo(1);
        }
    }
}
