package dev.fanfare.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.Fanfare;
import dev.fanfare.Parts;
import dev.fanfare.sink.EventStreamFeature;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.Event;
import dev.fanfare.testing.ManualTicker;
import jakarta.ws.rs.core.Application;
import java.time.Duration;
import java.util.Random;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.test.JerseyTest;
import org.glassfish.jersey.test.TestProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stock ticker in Jersey, without the service around it. */
class PricesResourceTest extends JerseyTest {
    private static final Duration DELAY = Duration.ofSeconds(1);

    // Set in configure, which the constructor of JerseyTest calls.
    private ManualTicker ticker;
    private Fanfare fanfare;

    @Override
    protected Application configure() {
        forceSet(TestProperties.CONTAINER_PORT, "0");
        ticker = new ManualTicker();
        fanfare = Fanfare.builder().ticker(ticker).build();
        PriceFeed feed = new PriceFeed(ticker, DELAY, new Random(1));
        return new ResourceConfig().register(new EventStreamFeature()).register(new PricesResource(fanfare, feed));
    }

    @AfterEach
    void closeFanfare() {
        fanfare.close();
    }

    @Test
    void allClientsGetTheSameEvent() {
        try (EventStream first = open();
                EventStream second = open()) {
            ticker.advance(DELAY);

            Event event = first.next();
            assertThat(event.type()).isEqualTo("message");
            assertThat(event.id()).isEqualTo("1");
            assertThat(event.data()).contains("\"symbol\":\"ACME\"", "\"price\":", "2026-01-01T00:00:01Z");
            assertThat(second.next()).isEqualTo(event);
        }
    }

    @Test
    void oneChangeADelayHoweverManyLook() {
        try (EventStream first = open();
                EventStream second = open();
                EventStream third = open()) {
            ticker.advance(DELAY.multipliedBy(5));

            assertThat(third.next(5)).extracting(Event::id).containsExactly("1", "2", "3", "4", "5");
            assertThat(first.next(5)).isEqualTo(second.next(5));
        }
    }

    @Test
    void pricesStandStillWhileNobodyLooks() {
        EventStream stream = open();
        ticker.advance(DELAY);
        assertThat(stream.next().id()).isEqualTo("1");
        stream.reset();
        // Through a sink it shows with a write; the broadcaster is told soon after.
        await().untilAsserted(() -> {
            ticker.advance(DELAY);
            assertThat(Parts.of(fanfare).loops().openStreams()).isZero();
            assertThat(ticker.alarms()).isZero();
        });

        // Far more than have passed while that was waited for.
        ticker.advance(DELAY.multipliedBy(100_000));

        try (EventStream next = open()) {
            ticker.advance(DELAY);
            assertThat(Integer.parseInt(next.next().id())).isLessThan(100_000);
        }
    }

    /** Returns once the stream is registered. */
    private EventStream open() {
        EventStream stream = EventStream.open(getPort(), "/prices");
        stream.awaitComments(1);
        return stream;
    }
}
