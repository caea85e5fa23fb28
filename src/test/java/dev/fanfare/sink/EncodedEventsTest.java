package dev.fanfare.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.EventWriter;
import dev.fanfare.Fanfare;
import dev.fanfare.event.Event;
import dev.fanfare.testing.OwnApplication;
import dev.fanfare.testing.RecordingOutlet.Received;
import dev.fanfare.testing.StreamClient;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.glassfish.jersey.CommonProperties;
import org.glassfish.jersey.server.ResourceConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames through Jersey's sink, with the feature that lets them go as bytes and without it. */
@Timeout(240)
class EncodedEventsTest {
    private final Fanfare fanfare = Fanfare.create();
    private final BlockingQueue<EventWriter> opened = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        fanfare.close();
    }

    private OwnApplication application(ResourceConfig config) {
        return new OwnApplication(config, (sink, lastEventId) -> opened.add(fanfare.open(sink)));
    }

    private static ResourceConfig withoutServices() {
        return new ResourceConfig().property(CommonProperties.METAINF_SERVICES_LOOKUP_DISABLE, true);
    }

    private EventWriter writer() throws InterruptedException {
        EventWriter writer = opened.poll(60, TimeUnit.SECONDS);
        assertThat(writer).isNotNull();
        return writer;
    }

    private StreamClient streamSome(OwnApplication application) throws InterruptedException {
        StreamClient client = application.client().read();
        EventWriter writer = writer();
        writer.send(Event.builder()
                .id("7")
                .type("t")
                .data("a\nb")
                .comment("seen by nobody")
                .retry(Duration.ofSeconds(1))
                .build());
        writer.send(Event.builder().data(null).comment("only").build());
        for (int i = 0; i < 100; i++) {
            writer.send("" + i);
        }
        writer.close();
        assertThat(client.awaitEnd()).isEqualTo(StreamClient.End.COMPLETE);
        return client;
    }

    private static void assertAll(StreamClient client) {
        assertThat(client.events()).hasSize(101);
        assertThat(client.events().get(0)).isEqualTo(new Received("7", "t", "a\nb"));
        assertThat(client.data()).endsWith("98", "99");
        assertThat(client.comments().stream().map(String::strip)).contains("seen by nobody", "only");
    }

    @Test
    void framesGoAsTheBytesTheyAre() throws InterruptedException {
        try (OwnApplication application = application(new ResourceConfig())) {
            StreamClient client = streamSome(application);
            assertAll(client);
            assertThat(client.text())
                    .matches(
                            "(?s):\nretry: [3-6][0-9]{3}\n: seen by nobody\nretry: 1000\nevent: t\nid: 7\ndata: a\ndata: b\n\n.*");
        }
    }

    @Test
    void theFeatureMayBeRegisteredByHand() throws InterruptedException {
        try (OwnApplication application = application(withoutServices().register(new EventStreamFeature()))) {
            assertThat(streamSome(application).text()).matches("(?s):\nretry: [3-6][0-9]{3}\n: seen by nobody\n.*");
        }
    }

    @Test
    void theFeatureMayBeRegisteredTwice() throws InterruptedException {
        try (OwnApplication application = application(new ResourceConfig().register(new EventStreamFeature()))) {
            assertAll(streamSome(application));
        }
    }

    /** Then Jersey writes the fields itself; all that it knows no way for is an event whose data is empty. */
    @Test
    void everythingArrivesWithoutTheFeatureToo() throws InterruptedException {
        try (OwnApplication application = application(withoutServices())) {
            assertAll(streamSome(application));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyTextArrivesEitherWay(boolean feature) throws InterruptedException {
        try (OwnApplication application = application(feature ? new ResourceConfig() : withoutServices())) {
            StreamClient client = application.client().read();
            EventWriter writer = writer();
            for (String text : new String[] {"a\rb", "\u0000", "\uFEFFx", "\u2028", "ü𝄞", "\n", " x"}) {
                writer.send(text);
            }
            assertThat(client.awaitEvents(7).data())
                    .containsExactly("a\nb", "\u0000", "\uFEFFx", "\u2028", "ü𝄞", "\n", " x");
        }
    }
}
