package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of an id that is published again, in both modes, with each history. */
@Timeout(240)
class SameIdTest {
    private static final String HUB = HubSubject.HUB;
    private static final String KEY = "Idempotency-Key: k";

    @TempDir
    Path directory;

    private GrizzlyHost host;

    @AfterEach
    void stop() {
        if (host != null) {
            host.close();
        }
    }

    private void start(String store, String... settings) throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("fanfare.demo.enabled", "false");
        all.put("fanfare.auth.key", Tokens.SECRET);
        all.put("fanfare.history.store", store);
        all.put("fanfare.history.path", directory.resolve("events.db").toString());
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        host = GrizzlyHost.start(all);
    }

    private RawHttp.Answer publish(String data, String id, String... headers) {
        return publishAs(Tokens.publisher("*"), List.of(headers), "topic", "a", "data", data, "id", id);
    }

    private RawHttp.Answer publishAs(String token, List<String> headers, String... form) {
        List<String> all = new ArrayList<>(headers);
        all.add("Content-Type: " + HubSubject.FORM);
        all.add(Tokens.header(token));
        return RawHttp.request(host.port(), "POST", HUB, all, HubSubject.form(form));
    }

    private static void assertPublished(RawHttp.Answer answer, String id) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(id);
    }

    private EventStream subscribe(String query, String... headers) {
        return EventStream.open(host.port(), HUB + "?topic=a" + query, headers);
    }

    private static void assertNext(EventStream stream, String... data) {
        for (String next : data) {
            assertThat(stream.next().data()).isEqualTo(next);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "sqlite"})
    void anIdThatIsPublishedAgainIsANewEventAndACursorMeansTheEarliestKept(String store) throws Exception {
        start(store);
        try (EventStream live = subscribe("")) {
            live.awaitComments(1);
            for (String data : List.of("1", "2", "2", "3")) {
                assertPublished(publish(data, data.equals("3") ? "y" : "x"), data.equals("3") ? "y" : "x");
            }
            assertNext(live, "1", "2", "2", "3");
        }
        try (EventStream resumed = subscribe("", "Last-Event-ID: x")) {
            assertNext(resumed, "2", "2", "3");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "sqlite"})
    void aCursorMeansTheNextOneOfItsEventsOnceTheFirstIsGone(String store) throws Exception {
        start(store, "fanfare.history.max-events", "3");
        for (String data : List.of("1", "2", "3", "4")) {
            publish(data, data.equals("1") || data.equals("3") ? "x" : "other" + data);
        }
        try (EventStream resumed = subscribe("", "Last-Event-ID: x")) {
            assertNext(resumed, "4");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "sqlite"})
    void aKeyIsExactWhateverTheIds(String store) throws Exception {
        start(store);
        publish("0", "x");
        assertPublished(publish("1", "x", KEY), "x");
        assertPublished(publish("1", "x", KEY), "x");
        RawHttp.Answer other = publish("2", "x", KEY);
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.body()).contains("key");
        publish("end", "");
        try (EventStream all = subscribe("&lastEventID=earliest")) {
            assertNext(all, "0", "1", "end");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "sqlite"})
    void onceTheSameIdWithTheSameContentIsPublishedOnceAndOtherContentIsAConflict(String store) throws Exception {
        start(store, "fanfare.publish.same-id", "once");
        assertPublished(publish("1", "x"), "x");
        assertPublished(publish("1", "x"), "x");
        RawHttp.Answer conflict = publish("2", "x");
        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.body()).contains("urn:fanfare:problem:conflict").contains("'x'");
        publish("end", "");
        try (EventStream all = subscribe("&lastEventID=earliest")) {
            assertNext(all, "1", "end");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "sqlite"})
    void onceTheIdOfAPrivateEventIsNoConflictToWhoMayNotPublishThere(String store) throws Exception {
        start(store, "fanfare.publish.same-id", "once");
        publishAs(Tokens.publisher("*"), List.of(), "topic", "secret", "data", "x", "id", "1", "private", "on");
        String[] mine = {"topic", "a", "data", "mine", "id", "1"};
        for (int i = 0; i < 2; i++) {
            assertPublished(publishAs(Tokens.publisher("a"), List.of(), mine), "1");
        }
        publish("end", "");
        try (EventStream all = subscribe("&lastEventID=earliest")) {
            assertNext(all, "mine", "end");
        }
        assertThat(publishAs(Tokens.publisher("a", "secret"), List.of(), mine).status())
                .isEqualTo(409);
    }
}
