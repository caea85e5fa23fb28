package dev.fanfare.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Fanfare;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.sink.BlockingPool;
import dev.fanfare.sink.Outlets;
import dev.fanfare.sink.SinkOutlets;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.OwnApplication;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.glassfish.jersey.media.sse.OutboundEvent;
import org.glassfish.jersey.server.ResourceConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A client that has the head of its stream may publish at once, or look up what the stream will change. The thread that has sent
 * the head may not get to run for long. Here it does not, until the event has been published.
 */
@Timeout(240)
class HeadAfterJoiningTest {
    private final CountDownLatch published = new CountDownLatch(1);
    private final BlockingPool pool = new BlockingPool();
    private final Outlets outlets = new SinkOutlets(pool);
    private final Service service = new Service(
            SettingsLoader.of(List.of(), settings()),
            sink -> {
                var outlet = outlets.of(sink);
                awaitPublished();
                return outlet;
            },
            address -> 0);
    private final Fanfare fanfare = service.fanfare();
    private Consumer<SseEventSink> opening = sink -> fanfare.subscribe(sink, null, "news");
    private final OwnApplication application =
            new OwnApplication(ResourceConfig.forApplication(service), (sink, id) -> opening.accept(sink));

    private static Properties settings() {
        Properties settings = new Properties();
        settings.put("fanfare.status.builds.push", "true");
        return settings;
    }

    private void awaitPublished() {
        try {
            assertThat(published.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @AfterEach
    void close() {
        published.countDown();
        service.close();
        application.close();
        pool.close();
    }

    private static void done(CompletionStage<?> stage) {
        stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Test
    void aSubscriberGetsWhatIsPublishedOnceItHasTheHead() {
        try (EventStream stream = EventStream.open(application.port(), "/.well-known/mercure?topic=news")) {
            done(fanfare.publish("news", "1"));
            published.countDown();

            assertThat(stream.next().data()).isEqualTo("1");
        }
    }

    @Test
    void aSubscriberOfAnApplicationGetsWhatIsPublishedOnceItHasTheHead() {
        try (EventStream stream = EventStream.open(application.port(), "/stream")) {
            done(fanfare.publish("news", "1"));
            published.countDown();

            assertThat(stream.next().data()).isEqualTo("1");
        }
    }

    @Test
    void aSinkOfABroadcasterGetsWhatIsBroadcastOnceItsClientHasTheHead() {
        SseBroadcaster broadcaster = fanfare.newBroadcaster(null);
        opening = broadcaster::register;
        try (EventStream stream = EventStream.open(application.port(), "/stream")) {
            CompletionStage<?> taken =
                    broadcaster.broadcast(new OutboundEvent.Builder().data("1").build());
            published.countDown();

            assertThat(stream.next().data()).isEqualTo("1");
            done(taken);
        }
    }

    @Test
    void aWatcherGetsTheStatusThatIsSetOnceItHasTheHead() {
        done(fanfare.set("builds", Map.of(), "1"));
        try (EventStream stream = EventStream.open(application.port(), "/status/builds/stream")) {
            done(fanfare.set("builds", Map.of(), "2"));
            published.countDown();

            assertThat(stream.next().data()).isEqualTo("2");
        }
    }
}
