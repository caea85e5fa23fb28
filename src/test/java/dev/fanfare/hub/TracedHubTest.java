package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.log.LogMode;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.tracing.EventTraces;
import dev.fanfare.tracing.RecordingTracing;
import dev.fanfare.tracing.Tracing.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a tracer hears of a hub's events. */
@Timeout(240)
class TracedHubTest {
    private final RecordingTracing tracing = new RecordingTracing();
    private final HubFixture fixture =
            HubFixture.traced(HubFixture.SETTINGS, 2, HubFixture.memory(), LogMode.RESUMABLE, 64, tracing);

    @AfterEach
    void close() {
        fixture.close();
    }

    private Client stalled() {
        return fixture.join(new Client(new RecordingOutlet().refuse()), ResumePoint.NOW, Rights.ALL, "a");
    }

    private Delivery awaitDelivery(int index) {
        await().until(() -> tracing.delivered.size() > index);
        return tracing.delivered.get(index);
    }

    @Test
    void aDeliveryEndsOnceTheLastClientHasTheEvent() {
        Client quick = fixture.join("a");
        Client slow = stalled();
        fixture.publish("1", "a");
        quick.assertData("1");
        fixture.ticker.advance(Duration.ofSeconds(3));
        fixture.settle();
        assertThat(tracing.delivered).isEmpty();
        slow.outlet().accept();
        slow.assertData("1");
        Delivery delivery = awaitDelivery(0);
        assertThat(delivery.event().publication())
                .isEqualTo(tracing.published.get(0).context());
        assertThat(delivery.event().topic()).isEqualTo("a");
        assertThat(delivery.event().id()).isEqualTo(tracing.published.get(0).id());
        assertThat(delivery.clients()).isEqualTo(2);
        assertThat(delivery.isComplete()).isTrue();
        assertThat(Duration.ofNanos(delivery.to() - delivery.from())).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void anEventInSeveralChannelsIsOneDeliveryToAll() {
        fixture.join("a");
        fixture.join("*");
        fixture.join("a", "b");
        fixture.join("{x}");
        fixture.join("c");
        fixture.publish("1", "a");
        assertThat(awaitDelivery(0).clients()).isEqualTo(4);
        fixture.settle();
        assertThat(tracing.delivered).hasSize(1);
    }

    @Test
    void anEventForNobodyHasNoDelivery() {
        fixture.join("b");
        fixture.publish("1", "a");
        fixture.publish("2", "b");
        awaitDelivery(0);
        assertThat(tracing.delivered).hasSize(1);
        assertThat(tracing.published).hasSize(2);
    }

    @Test
    void aDeliveryToWhomNothingComesEndsIncompleteAndLetsGo() {
        stalled();
        fixture.publish("1", "a");
        fixture.settle();
        fixture.ticker.advance(EventTraces.LONGEST_DELIVERY);
        Delivery late = awaitDelivery(0);
        assertThat(late.isComplete()).isFalse();
        assertThat(late.clients()).isEqualTo(1);
    }

    @Test
    void oneThatStallsDoesNotKeepLaterEventsFromBeingWatched() {
        Client slow = stalled();
        for (int i = 0; i < EventTraces.MOST_WATCHED + 10; i++) {
            fixture.publish("x", "a");
        }
        fixture.settle();
        fixture.ticker.advance(EventTraces.LONGEST_DELIVERY);
        awaitDelivery(EventTraces.MOST_WATCHED - 1);
        fixture.settle();
        assertThat(tracing.delivered).hasSize(EventTraces.MOST_WATCHED).noneMatch(Delivery::isComplete);
        tracing.delivered.clear();
        slow.outlet().accept();
        fixture.settle();
        fixture.publish("last", "a");
        await().until(() -> tracing.delivered.stream().anyMatch(delivery -> !delivery.isReplay()));
        assertThat(tracing.delivered)
                .filteredOn(delivery -> !delivery.isReplay())
                .allMatch(Delivery::isComplete);
    }

    @Test
    void whoResumesIsADeliveryOfItsOwnAndHearsOfNoPrivateOne() {
        fixture.publish("1", "a");
        fixture.publish(Event.builder().topic("a").data("2").isPrivate(true).build());
        tracing.samples = false;
        fixture.publish("3", "a");
        fixture.resume("earliest", "a").assertData("1", "3");
        Delivery delivery = awaitDelivery(0);
        fixture.settle();
        assertThat(tracing.delivered).hasSize(1);
        assertThat(delivery.isReplay()).isTrue();
        assertThat(delivery.event().publication())
                .isEqualTo(tracing.published.get(0).context());
    }

    @Test
    void thousandsThatResumeAreFewDeliveriesASecond() {
        fixture.publish("1", "a");
        for (int i = 0; i < EventTraces.MOST_REPLAYS + 50; i++) {
            fixture.resume("earliest", "a").assertData("1");
        }
        fixture.settle();
        assertThat(tracing.delivered).hasSize(EventTraces.MOST_REPLAYS);
        fixture.ticker.advance(Duration.ofSeconds(1));
        fixture.resume("earliest", "a").assertData("1");
        fixture.settle();
        assertThat(tracing.delivered).hasSize(EventTraces.MOST_REPLAYS + 1);
    }

    @Test
    void aPublicationThatFailsTellsWhy() {
        fixture.history.close();
        CompletableFuture<?> published =
                fixture.hub.publish(HubFixture.event("1", "a")).toCompletableFuture();
        assertThat(published).failsWithin(Duration.ofSeconds(10));
        assertThat(tracing.published).hasSize(1);
        assertThat(tracing.published.get(0).error()).hasMessageContaining("closed");
        assertThat(tracing.published.get(0).id()).isNull();
    }

    @Test
    void eventsUnderAKeyAreTracedAsTheOthersAre() {
        IdempotencyKey key = new IdempotencyKey("", "k");
        fixture.join("a");
        for (int i = 0; i < 2; i++) {
            HubFixture.join(fixture.hub.publish(List.of(HubFixture.event("1", "a")), key));
        }
        awaitDelivery(0);
        fixture.settle();
        assertThat(tracing.delivered).hasSize(1);
        assertThat(tracing.published)
                .hasSize(2)
                .allMatch(span -> tracing.published.get(0).id().equals(span.id()));
    }
}
