package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The streams as {@code jakarta.ws.rs.sse.SseEventSource} reads them. */
abstract class JavaReadersSuite extends HubSubject {

    JavaReadersSuite(HttpSuite suite) {
        super(suite);
    }

    /** Jersey's reader asks again after a 204; an EventSource would not. */
    @Test
    void readsTheCounterAndComesAgainWithTheLastId() {
        try (JavaReader reader = JavaReader.open(host(), "stream")) {
            await().until(() -> reader.events().size() == HttpSuite.COUNT + 1);
            awaitNoMore(reader);

            List<JavaReader.Event> events = reader.events();
            assertThat(events).extracting(JavaReader.Event::id).containsExactly("1", "2", "3", "4", "5", "6");
            assertThat(events.get(0)).isEqualTo(new JavaReader.Event("new_message", "1", "Counter value 1"));
            assertThat(events.get(5)).isEqualTo(new JavaReader.Event("end_event", "6", "End of the stream"));
            assertThat(reader.errors()).isEmpty();
        }
    }

    @Test
    void readsPrices() {
        try (JavaReader reader = JavaReader.open(host(), "prices")) {
            await().until(() -> reader.events().size() >= 10);

            List<Long> ids = reader.events().stream()
                    .map(event -> Long.valueOf(event.id()))
                    .toList();
            assertThat(IntStream.range(1, 10))
                    .allSatisfy(i -> assertThat(ids.get(i)).isEqualTo(ids.get(0) + i));
            assertThat(json(reader.events().get(0).data())).containsKeys("symbol", "price");
            assertThat(reader.errors()).isEmpty();
        }
    }

    @Test
    void readsATopicFromWhatWasToWhatComes() {
        String first = publish("topic", topic, "data", "1");
        String path = query(List.of(topic)) + "&lastEventID=earliest";
        try (JavaReader reader = JavaReader.open(host(), path.substring(1))) {
            await().until(() -> reader.events().size() == 1);
            String second = publish("topic", topic, "data", "a\n\nb", "type", "t");
            await().until(() -> reader.events().size() == 2);

            assertThat(reader.events())
                    .containsExactly(
                            new JavaReader.Event(null, first, "1"), new JavaReader.Event("t", second, "a\n\nb"));
            assertThat(reader.errors()).isEmpty();
        }
    }

    /** Jersey's reader hands on each block, also one without data. */
    @Test
    void getsNoEmptyEventFromTheOpeningAndFromHeartbeats() {
        String path = query(List.of(topic)) + "&lastEventID=earliest";
        try (JavaReader reader = JavaReader.open(host(), path.substring(1))) {
            awaitNoMore(reader); // for two heartbeats
            String id = publish("topic", topic, "data", "1");
            await().until(() -> !reader.events().isEmpty());

            assertThat(reader.events()).containsExactly(new JavaReader.Event(null, id, "1"));
            assertThat(reader.errors()).isEmpty();
        }
    }

    @Test
    void readsAStatusToItsEndAndComesAgainWithTheLastId() {
        jobs().set(job, "{\"state\":\"running\"}");
        try (JavaReader reader = JavaReader.open(host(), "status/jobs/stream?job=" + job)) {
            await().untilAsserted(() -> assertThat(reader.events())
                    .extracting(JavaReader.Event::name)
                    .containsExactly("update"));
            jobs().set(job, "{\"state\":\"done\"}");
            await().untilAsserted(() -> assertThat(reader.events())
                    .extracting(JavaReader.Event::name)
                    .containsExactly("update", "update", "end"));
            awaitNoMore(reader);

            assertThat(json(reader.events().get(2).data())).isEqualTo(json("{\"state\":\"done\"}"));
            assertThat(reader.errors()).isEmpty();
        }
    }

    /** For as long as it takes to come again a few times. */
    private static void awaitNoMore(JavaReader reader) {
        int events = reader.events().size();
        await().during(Duration.ofMillis(600)).until(() -> reader.events().size() == events);
    }
}
