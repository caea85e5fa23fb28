package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Selector;
import dev.fanfare.hub.Client;
import dev.fanfare.hub.HubFixture;
import dev.fanfare.hub.JoinRequest;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.log.LogMode;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.wire.EventEncoder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams that may not last longer than something else does, say a token. */
@Timeout(240)
class LimitedStreamTest {
    private final HubFixture fixture = HubFixture.resumable();

    @AfterEach
    void close() {
        fixture.close();
    }

    private Client join(Client client, @Nullable Duration atMost) {
        return join(client, atMost == null ? null : Permit.lasting(atMost), fixture);
    }

    private static Client join(Client client, @Nullable Permit permit, HubFixture fixture) {
        fixture.hub.subscribe(
                client::outlet,
                JoinRequest.to(List.of(Selector.parse("a")))
                        .opening(List.of(EventEncoder.opening(Duration.ofSeconds(3))))
                        .permit(permit),
                client::closed);
        fixture.settle();
        return client;
    }

    @Test
    void aStreamEndsToTheMoment() {
        Client client = join(new Client(), Duration.ofMillis(90_500));
        fixture.publish("1", "a");
        fixture.pass(Duration.ofMillis(90_499));
        assertThat(client.isClosed()).isFalse();
        fixture.ticker.advance(Duration.ofMillis(1));
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.EXPIRED);
        assertThat(client.outlet().isFinished()).isTrue();
        fixture.publish("2", "a");
        fixture.settle();
        client.assertData("1");
    }

    @Test
    void theLongestDurationOfAllStreamsHoldsToo() {
        Client client = join(new Client(), Duration.ofDays(100_000));
        fixture.pass(HubFixture.SETTINGS.maxDuration());
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.EXPIRED);
    }

    @Test
    void oneThatComesTooLateGetsNoEvent() {
        for (Duration late : List.of(Duration.ZERO, Duration.ofSeconds(-5))) {
            Client client = new Client();
            fixture.publish("1", "a");
            fixture.hub.subscribe(
                    client::outlet,
                    JoinRequest.to(List.of(Selector.parse("a")))
                            .from(ResumePoint.after(0))
                            .permit(Permit.lasting(late)),
                    client::closed);
            assertThat(client.awaitClosed()).isEqualTo(CloseReason.EXPIRED);
            assertThat(client.events()).isEmpty();
        }
    }

    @Test
    void oneThatDoesNotReadIsClosedToTheMoment() {
        Client client = join(new Client(new RecordingOutlet().room(10)), Duration.ofSeconds(5));
        fixture.publish("1", "a");
        fixture.ticker.advance(Duration.ofSeconds(5));
        fixture.settle();
        assertThat(client.outlet().data()).isEmpty();
        fixture.pass(HubFixture.SETTINGS.writeTimeout().plusSeconds(1));
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.EXPIRED);
        assertThat(client.outlet().data()).isEmpty();
    }

    @Test
    void whoLeavesEarlierLeavesNoAlarm() {
        Client stays = join(new Client(), null);
        int alarms = fixture.ticker.alarms();
        Client client = join(new Client(), Duration.ofSeconds(100));
        assertThat(fixture.ticker.alarms()).isEqualTo(alarms + 1);
        client.outlet().leave();
        client.awaitClosed();
        assertThat(fixture.ticker.alarms()).isEqualTo(alarms);
        assertThat(stays.isClosed()).isFalse();
    }

    @Test
    void aStreamEndsWithTheFirstHeartbeatAfterItsPermitIsTakenBack() {
        AtomicBoolean holds = new AtomicBoolean(true);
        Client client = join(new Client(), new Permit(null, holds::get), fixture);
        fixture.pass(HubFixture.SETTINGS.heartbeat().multipliedBy(3));
        assertThat(client.isClosed()).isFalse();

        holds.set(false);
        fixture.pass(HubFixture.SETTINGS.heartbeat().plusSeconds(1));

        assertThat(client.awaitClosed()).isEqualTo(CloseReason.EXPIRED);
        assertThat(client.outlet().isFinished()).isTrue();
    }

    @Test
    void aPermitIsAskedAlsoWhereEventsKeepComing() {
        AtomicBoolean holds = new AtomicBoolean(true);
        Client client = join(new Client(), new Permit(null, holds::get), fixture);
        holds.set(false);
        for (long s = 0; s <= HubFixture.SETTINGS.heartbeat().toSeconds(); s++) {
            fixture.publish("" + s, "a");
            fixture.pass(Duration.ofSeconds(1));
        }

        assertThat(client.awaitClosed()).isEqualTo(CloseReason.EXPIRED);
    }

    @Test
    void aPermitIsAskedAlsoForAClientThatDoesNotRead() {
        AtomicBoolean holds = new AtomicBoolean(true);
        Client client = join(new Client(new RecordingOutlet().room(10)), new Permit(null, holds::get), fixture);
        fixture.publish("1", "a");
        holds.set(false);
        fixture.pass(HubFixture.SETTINGS.heartbeat().plusSeconds(1));

        assertThat(client.awaitClosed()).isEqualTo(CloseReason.EXPIRED);
        assertThat(client.outlet().data()).isEmpty();
    }

    @Test
    void aPermitIsAskedOnceAMinuteWhereHeartbeatsAreRarer() {
        StreamSettings usual = HubFixture.SETTINGS;
        StreamSettings rare = new StreamSettings(
                Duration.ofHours(1),
                usual.retry(),
                usual.tailEvents(),
                usual.tailBytes(),
                usual.pinnedBytes(),
                usual.sendBufferBytes(),
                usual.writeTimeout(),
                usual.maxDuration());
        try (HubFixture slow = HubFixture.of(rare, 1, HubFixture.memory(), LogMode.RESUMABLE, 65_536)) {
            Client client = join(new Client(), new Permit(null, () -> false), slow);
            slow.pass(Duration.ofSeconds(59));
            assertThat(client.isClosed()).isFalse();

            slow.pass(Duration.ofSeconds(2));

            assertThat(client.awaitClosed()).isEqualTo(CloseReason.EXPIRED);
        }
    }
}
