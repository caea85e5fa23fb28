package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Selector;
import dev.fanfare.hub.Client;
import dev.fanfare.hub.HubFixture;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.hub.Rights;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.wire.EventEncoder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams that may not last longer than something else does, say a token. */
@Timeout(60)
class LimitedStreamTest {
    private final HubFixture fixture = HubFixture.resumable();

    @AfterEach
    void close() {
        fixture.close();
    }

    private Client join(Client client, Duration atMost) {
        fixture.hub.subscribe(
                client.outlet(),
                List.of(Selector.parse("a")),
                ResumePoint.NOW,
                Rights.PUBLIC_ONLY,
                List.of(EventEncoder.opening(Duration.ofSeconds(3))),
                atMost,
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
                    client.outlet(),
                    List.of(Selector.parse("a")),
                    ResumePoint.after(0),
                    Rights.PUBLIC_ONLY,
                    List.of(),
                    late,
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
}
