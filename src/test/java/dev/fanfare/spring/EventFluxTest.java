package dev.fanfare.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.Fanfare;
import dev.fanfare.Parts;
import dev.fanfare.event.Event;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.testing.ManualTicker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.BaseSubscriber;

/** What a subscriber gets, asks for, and is spared. */
@Timeout(240)
class EventFluxTest {
    private final ManualTicker ticker = new ManualTicker();
    private final Fanfare fanfare = Fanfare.builder().ticker(ticker).build();

    /** Asks for what it is made to, and for nothing by itself. */
    private static final class Reader extends BaseSubscriber<ServerSentEvent<String>> {
        final List<String> data = new CopyOnWriteArrayList<>();
        final List<String> ids = new CopyOnWriteArrayList<>();
        final List<String> endings = new CopyOnWriteArrayList<>();
        volatile int signals;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {}

        @Override
        protected void hookOnNext(ServerSentEvent<String> event) {
            signals++;
            if (event.data() != null) {
                ids.add(String.valueOf(event.id()));
                data.add(Objects.requireNonNull(event.data()));
            }
        }

        @Override
        protected void hookOnComplete() {
            endings.add("complete");
        }

        @Override
        protected void hookOnError(Throwable error) {
            endings.add(error.getClass().getSimpleName());
        }
    }

    private Reader subscribe(String lastEventId, String topic) {
        Reader reader = new Reader();
        EventFlux.of(EventStream.topics(fanfare, topic), lastEventId).subscribe(reader);
        return reader;
    }

    private int openStreams() {
        return Parts.of(fanfare).loops().openStreams();
    }

    @AfterEach
    void close() {
        fanfare.close();
    }

    @Test
    void anEventArrivesWithItsIdTypeAndText() {
        Reader reader = subscribe(null, "t");
        reader.request(Long.MAX_VALUE);
        String id = fanfare.publish(Event.builder()
                        .topic("t")
                        .type("changed")
                        .data("two\nlines")
                        .build())
                .toCompletableFuture()
                .join()
                .value();
        Awaitility.await().until(() -> reader.data.contains("two\nlines"));
        assertThat(reader.ids).containsExactly(id);
    }

    @Test
    void noMoreArrivesThanIsAskedFor() {
        Reader reader = subscribe(null, "t");
        reader.request(1);
        Awaitility.await().until(() -> reader.signals == 1);
        for (int i = 0; i < 100; i++) {
            fanfare.publish("t", "event " + i);
        }
        fanfare.publish("u", "behind all of them").toCompletableFuture().join();
        Reader other = subscribe("earliest", "u");
        other.request(Long.MAX_VALUE);
        Awaitility.await().until(() -> other.data.size() == 1);
        assertThat(reader.signals).isEqualTo(1);

        reader.request(3);
        Awaitility.await().until(() -> reader.signals == 4);
        reader.request(Long.MAX_VALUE);
        Awaitility.await().until(() -> reader.data.size() == 100);
        assertThat(reader.data).startsWith("event 0", "event 1").endsWith("event 99");
    }

    @Test
    void aClientThatWasAwayGetsWhatItMissed() {
        String seen = fanfare.publish("t", "1").toCompletableFuture().join().value();
        fanfare.publish("t", "2");
        fanfare.publish("t", "3").toCompletableFuture().join();
        Reader reader = subscribe(seen, "t");
        reader.request(Long.MAX_VALUE);
        Awaitility.await().until(() -> reader.data.size() == 2);
        assertThat(reader.data).containsExactly("2", "3");
    }

    @Test
    void aClientThatLeavesIsForgotten() {
        Reader reader = subscribe(null, "t");
        reader.request(10);
        Awaitility.await().until(() -> openStreams() == 1);
        reader.cancel();
        Awaitility.await().until(() -> openStreams() == 0);
    }

    @Test
    void aClientThatTakesNothingIsCutOff() {
        Reader reader = subscribe(null, "t");
        Awaitility.await().until(() -> openStreams() == 1);
        fanfare.publish("t", "event").toCompletableFuture().join();
        Duration timeout = StreamSettings.DEFAULTS.writeTimeout();
        Awaitility.await().until(() -> {
            ticker.advance(timeout.dividedBy(2));
            return openStreams() == 0;
        });
        Awaitility.await().until(() -> !reader.endings.isEmpty());
        assertThat(reader.endings).containsExactly("StreamCutOff");
    }

    @Test
    void theStreamsEndInGoodOrderWhenFanfareStops() {
        Reader reader = subscribe(null, "t");
        reader.request(Long.MAX_VALUE);
        Awaitility.await().until(() -> reader.signals > 0);
        fanfare.close();
        Awaitility.await().until(() -> !reader.endings.isEmpty());
        assertThat(reader.endings).containsExactly("complete");
    }

    @Test
    void aDemandOfNothingIsAnError() {
        DemandOutlet outlet = new DemandOutlet();
        Reader reader = new Reader();
        reactor.core.publisher.Flux.from(outlet)
                .map(frame -> ServerSentEvent.<String>builder().build())
                .subscribe(reader);
        outlet.request(0);
        assertThat(reader.endings).containsExactly("StreamCutOff");
    }

    @Test
    void aStreamGoesToOneSubscriber() {
        DemandOutlet outlet = new DemandOutlet();
        outlet.subscribe(new BaseSubscriber<>() {});
        assertThatThrownBy(() -> outlet.subscribe(new BaseSubscriber<>() {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one client");
    }

    @Test
    void aStatusThatIsNotKnownToFanfareIsAnError() {
        Reader reader = new Reader();
        EventFlux.of(EventStream.status(fanfare, "none", Map.of()), null).subscribe(reader);
        assertThat(reader.endings).containsExactly("UnknownSource");
    }
}
