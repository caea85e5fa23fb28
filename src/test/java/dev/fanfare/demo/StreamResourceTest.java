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
import java.util.List;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.test.JerseyTest;
import org.glassfish.jersey.test.TestProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The counter in Jersey, without the service around it. */
class StreamResourceTest extends JerseyTest {
    private static final Duration DELAY = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofSeconds(15);

    // Set in configure, which the constructor of JerseyTest calls.
    private ManualTicker ticker;
    private Fanfare fanfare;

    @Override
    protected Application configure() {
        forceSet(TestProperties.CONTAINER_PORT, "0");
        ticker = new ManualTicker();
        fanfare = Fanfare.builder().ticker(ticker).build();
        return new ResourceConfig()
                .register(new EventStreamFeature())
                .register(new StreamResource(fanfare, 3, DELAY, RETRY));
    }

    @AfterEach
    void closeFanfare() {
        fanfare.close();
    }

    @Test
    void countsAtTheDelayAndEnds() {
        try (EventStream stream = open()) {
            for (int i = 1; i <= 3; i++) {
                assertThat(stream.next())
                        .isEqualTo(new Event("new_message", "Counter value " + i, String.valueOf(i), RETRY));
                assertThat(stream.untaken()).isEmpty();
                passDelay();
            }
            assertThat(stream.toEnd()).isEqualTo(List.of(new Event("end_event", "End of the stream", "4", RETRY)));
        }
    }

    @Test
    void endsRightBehindTheEndEvent() {
        try (EventStream stream = open("Last-Event-ID: 3")) {
            assertThat(stream.toEnd()).extracting(Event::id).containsExactly("4");
        }
    }

    @Test
    void goesOnAfterTheLastEventId() {
        try (EventStream stream = open("Last-Event-ID: 2")) {
            assertThat(stream.next().id()).isEqualTo("3");
        }
    }

    @Test
    void whoHasSeenTheEndGets204() {
        assertThat(target("stream").request().header("Last-Event-ID", "4").get().getStatus())
                .isEqualTo(204);
        assertThat(Parts.of(fanfare).loops().openStreams()).isZero();
    }

    @Test
    void anIdThatIsNoneOfTheCountersStartsFromOne() {
        for (String id : List.of("5", "-1", "+2", "02", "x")) {
            try (EventStream stream = open("Last-Event-ID: " + id)) {
                assertThat(stream.next().id()).isEqualTo("1");
            }
        }
    }

    @Test
    void stopsWhenTheClientHasLeft() {
        EventStream stream = open();
        stream.next();

        stream.reset();

        // Through a sink it shows with a write.
        await().untilAsserted(() -> {
            ticker.advance(DELAY);
            assertThat(Parts.of(fanfare).loops().openStreams()).isZero();
        });
    }

    private EventStream open(String... headers) {
        return EventStream.open(getPort(), "/stream", headers);
    }

    /** The pause begins a moment after the event has come. */
    private void passDelay() {
        await().until(() -> ticker.alarms() >= 2);
        ticker.advance(DELAY);
    }
}
