package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.stream.StreamSettings;
import dev.fanfare.testing.OwnApplication;
import dev.fanfare.testing.StreamClient;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.glassfish.jersey.media.sse.OutboundEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners of a broadcaster, clients that leave or stall, and its end. */
@Timeout(240)
class FanfareBroadcastersTest {
    private static final Duration SOON = Duration.ofMillis(100);

    private final ConcurrentLinkedQueue<SseEventSink> sinks = new ConcurrentLinkedQueue<>();
    private final OwnApplication application = new OwnApplication((sink, lastEventId) -> {
        sinks.add(sink);
        broadcaster().register(sink);
    });

    /** For how long a client may take nothing: however long a test takes, unless it is about that. */
    private Duration patience = Duration.ofMinutes(10);

    private Fanfare fanfare = Fanfare.builder().streams(settings()).build();
    private SseBroadcaster broadcaster = fanfare.newBroadcaster(null);

    /** What the listeners were told, in their order. */
    private final List<String> told = new CopyOnWriteArrayList<>();

    private final List<SseEventSink> closed = new CopyOnWriteArrayList<>();

    private StreamSettings settings() {
        StreamSettings defaults = StreamSettings.DEFAULTS;
        return new StreamSettings(
                SOON,
                defaults.retry(),
                defaults.tailEvents(),
                defaults.tailBytes(),
                defaults.pinnedBytes(),
                defaults.sendBufferBytes(),
                patience,
                defaults.maxDuration());
    }

    private SseBroadcaster broadcaster() {
        return broadcaster;
    }

    /** A client that takes nothing is closed; one that takes something has time enough for that on a busy machine too. */
    private void closeClientsThatStall() {
        fanfare.close();
        patience = Duration.ofSeconds(10);
        fanfare = Fanfare.builder().streams(settings()).build();
        broadcaster = fanfare.newBroadcaster(null);
    }

    @AfterEach
    void close() {
        fanfare.close();
        application.close();
    }

    private void listen() {
        broadcaster.onError((sink, error) -> told.add("error"));
        broadcaster.onClose(sink -> {
            closed.add(sink);
            told.add("close");
        });
    }

    private StreamClient join() {
        return application.client().read().awaitText(":\n");
    }

    private static OutboundSseEvent event(String data) {
        return new OutboundEvent.Builder().data(data).build();
    }

    @Test
    void aClientThatLeftIsToldOfOnce() {
        listen();
        StreamClient client = join();
        StreamClient stays = join();
        client.close();
        await().until(() -> !told.isEmpty());
        broadcaster.broadcast(event("1"));
        stays.awaitEvents(1);
        assertThat(told).containsExactly("close");
        assertThat(closed).containsExactly(sinks.peek());
        assertThat(fanfare.parts().loops().openStreams()).isEqualTo(1);
    }

    @Test
    void aClientThatStallsIsAnErrorThenAnEndAndNothingToTheOthers() {
        closeClientsThatStall();
        listen();
        application.client();
        StreamClient quick = join();
        String large = "x".repeat(64 * 1024);
        int sent = 0;
        while (told.size() < 2 && sent < 2000) {
            broadcaster.broadcast(event(large));
            quick.awaitEvents(++sent);
            if (sent > 200) {
                await().pollDelay(Duration.ofMillis(50)).until(() -> true);
            }
        }
        await().until(() -> told.size() == 2);
        assertThat(told).containsExactly("error", "close");
        assertThat(closed).containsExactly(sinks.peek());
        broadcaster.broadcast(event("last"));
        assertThat(quick.awaitEvents(sent + 1).data().get(sent)).isEqualTo("last");
    }

    @Test
    void aStageCompletesOnceAllHaveTheEventOrAreGone() {
        StreamClient stalls = application.client();
        StreamClient quick = join();
        await().until(() -> fanfare.parts().loops().openStreams() == 2);
        CompletionStage<?> stage = null;
        // More than all buffers on the way to a client that does not read.
        for (int i = 1; i <= 200; i++) {
            stage = broadcaster.broadcast(event("x".repeat(64 * 1024)));
            quick.awaitEvents(i);
        }
        assertThat(stage).isNotNull();
        assertThat(stage.toCompletableFuture()).isNotDone();
        stalls.close();
        assertThat(stage.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
        assertThat(broadcaster.broadcast(event("last")).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
    }

    @Test
    void aListenerThatThrowsKeepsNobodyFromBeingTold() {
        broadcaster.onError((sink, error) -> {
            throw new IllegalStateException("told to fail");
        });
        broadcaster.onClose(sink -> {
            throw new IllegalStateException("told to fail");
        });
        listen();
        join().close();
        join().close();
        await().until(() -> closed.size() == 2);
    }

    @Test
    void aListenerThatBlocksHoldsUpNobody() {
        CountDownLatch end = new CountDownLatch(1);
        broadcaster.onClose(sink -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        StreamClient stays = join();
        for (int i = 0; i < 20; i++) {
            join().close();
        }
        await().until(() -> fanfare.parts().loops().openStreams() == 1);
        for (int i = 1; i <= 20; i++) {
            broadcaster.broadcast(event("" + i));
            stays.awaitEvents(i);
        }
        join().awaitText(":\n");
        end.countDown();
    }

    @Test
    void closingEndsTheStreamsBehindWhatWasBroadcast() {
        listen();
        List<StreamClient> clients = List.of(join(), join(), join());
        for (int i = 0; i < 100; i++) {
            broadcaster.broadcast(event("" + i));
        }
        broadcaster.close();
        for (StreamClient client : clients) {
            assertThat(client.awaitEnd()).isEqualTo(StreamClient.End.COMPLETE);
            assertThat(client.data()).hasSize(100).endsWith("99");
        }
        await().until(() -> told.size() == 3);
        assertThat(told).containsOnly("close");
    }

    @Test
    void closingMayLeaveTheClientsConnected() {
        listen();
        StreamClient client = join();
        broadcaster.broadcast(event("1"));
        broadcaster.close(false);
        client.awaitEvents(1);
        int heartbeats = client.comments().size();
        await().until(() -> client.comments().size() > heartbeats + 1);
        assertThat(client.isEnded()).isFalse();
        client.close();
        await().until(() -> closed.size() == 1);
    }

    @Test
    void closingAgainDoesNothing() {
        StreamClient client = join();
        broadcaster.close(false);
        broadcaster.close(true);
        broadcaster.close();
        int heartbeats = client.comments().size();
        await().until(() -> client.comments().size() > heartbeats);
        assertThat(client.isEnded()).isFalse();
    }

    @Test
    void aClosedBroadcasterTakesNothing() {
        join();
        SseEventSink sink = sinks.element();
        broadcaster.close();
        assertThatThrownBy(() -> broadcaster.broadcast(event("1"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> broadcaster.register(sink)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> broadcaster.onClose(told -> {})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> broadcaster.onError((told, error) -> {})).isInstanceOf(IllegalStateException.class);
        assertThat(application.client().status()).isEqualTo(500);
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingIsRefusedByName() {
        assertThatThrownBy(() -> broadcaster.broadcast(null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("event");
        assertThatThrownBy(() -> broadcaster.register(null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> broadcaster.onClose(null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> broadcaster.onError(null)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSinkThatIsClosedAlreadyIsToldOf() {
        listen();
        join().close();
        await().until(() -> closed.size() == 1);
        broadcaster.register(sinks.element());
        await().until(() -> told.size() == 2);
        assertThat(told).containsExactly("close", "close");
    }

    @Test
    void closingTheFanfareTellsOfEverySink() {
        listen();
        List<StreamClient> clients = List.of(join(), join());
        fanfare.close();
        clients.forEach(StreamClient::awaitEnd);
        await().until(() -> told.size() == 2);
        assertThat(told).containsOnly("close");
    }
}
