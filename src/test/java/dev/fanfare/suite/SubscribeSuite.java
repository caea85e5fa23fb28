package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.Event;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET} of the hub: what a subscription gets, and where it goes on. */
abstract class SubscribeSuite extends HubSubject {
    private static final String LAST_EVENT_ID = "Last-Event-ID";

    SubscribeSuite(HttpSuite suite) {
        super(suite);
    }

    @ParameterizedTest
    @CsvSource({
        "User-Agent: Mozilla/5.0 (X11; Linux), ''",
        "Sec-Fetch-Mode: cors, ''",
        "User-Agent: curl/8, positions=true"
    })
    void opensWithRetryAndToThoseWhoGainByItAnIdThatGivesTheClientACursor(String header, String parameter) {
        publish("topic", topic, "data", "before");

        EventStream stream = open(query(List.of(topic)) + "&" + parameter, header);

        stream.awaitText("\nretry: ");
        stream.awaitText("\nid: #");
        assertThat(stream.header(LAST_EVENT_ID)).isNull();
        assertThat(stream.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(stream.header("Cache-Control")).isEqualTo("no-cache, no-store, no-transform");
        assertThat(stream.header("X-Accel-Buffering")).isEqualTo("no");
        assertThat(stream.header("Link")).isEqualTo("<" + host().target(HUB) + ">; rel=\"mercure\"");
        publish("topic", topic, "data", "after");
        assertThat(stream.next().data()).isEqualTo("after");
    }

    /** Many readers take a block without data for an event. */
    @ParameterizedTest
    @CsvSource({"User-Agent: python-httpx/0.28, ''", "User-Agent: Mozilla/5.0, positions=false"})
    void opensWithoutAnIdForAllOthers(String header, String parameter) {
        publish("topic", topic, "data", "before");

        EventStream stream = open(query(List.of(topic)) + "&" + parameter, header);

        stream.awaitText("\nretry: ");
        publish("topic", topic, "data", "after");
        assertThat(stream.next().data()).isEqualTo("after");
        assertThat(stream.wire().split("id: #", -1)).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "positions=perhaps, neither true nor false",
        "heartbeat=4, a duration of at least 1s",
        "heartbeat=999ms, a duration of at least 1s",
        "heartbeat=event, a duration of at least 1s"
    })
    void whatAReaderCannotAskForIs400(String parameter, String right) {
        assertThat(get(query(List.of(topic)) + "&" + parameter).body())
                .contains(parameter.split("=")[0], right);
    }

    @Test
    void aPolyfillsNewerIdCountsMoreThanTheSeedInTheUrl() {
        String old = publish("topic", topic, "data", "1");
        String seen = publish("topic", topic, "data", "2");
        publish("topic", topic, "data", "3");
        String query = query(List.of(topic));

        List<String> targets = List.of(
                query + "&lastEventID=" + encoded(old) + "&lastEventId=" + encoded(seen),
                query + "&lastEventId=" + encoded(seen) + "&lastEventID=" + encoded(old),
                query + "&lastEventID=earliest&lastEventID=" + encoded(seen),
                query + "&lastEventID=" + encoded(seen) + "&lastEventId=",
                query + "&Last-Event-ID=" + encoded(old) + "&lastEventID=" + encoded(seen));
        for (String target : targets) {
            assertThat(open(target).next().data()).as(target).isEqualTo("3");
        }
        assertThat(open(query + "&lastEventId=" + encoded(old), "Last-Event-ID: " + seen)
                        .next()
                        .data())
                .isEqualTo("3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Last-Event-ID:", "Last-Event-ID: ", "Last-Event-ID: \t "})
    void anEmptyHeaderLeavesItToTheQuery(String header) {
        String seen = publish("topic", topic, "data", "1");
        publish("topic", topic, "data", "2");
        String query = query(List.of(topic));

        for (String parameter : List.of("lastEventId", "lastEventID", "Last-Event-ID")) {
            assertThat(open(query + "&" + parameter + "=" + encoded(seen), header)
                            .next()
                            .data())
                    .as(parameter)
                    .isEqualTo("2");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TOPIC, TOPIC, true",
        "TOPIC, TOPIC/x, false",
        "TOPIC/{id}, TOPIC/7, true",
        "TOPIC/{id}, TOPIC/7/8, false",
        "TOPIC/{+path}, TOPIC/7/8, true",
        "TOPIC{?a}, TOPIC?a=1, true",
        "*, TOPIC, true"
    })
    void selectorsSelect(String selector, String published, boolean selected) {
        EventStream stream = subscribe(selector.replace("TOPIC", topic), topic + "/last");

        publish("topic", published.replace("TOPIC", topic), "data", "published");
        publish("topic", topic + "/last", "data", "last");

        assertThat(stream.next().data()).isEqualTo(selected ? "published" : "last");
    }

    @Test
    void everySubscriberOfATopicSeesTheOrderInWhichItWasPublished() {
        List<EventStream> streams =
                List.of(subscribe(topic), subscribe(topic, "x"), subscribe(topic + "{x}"), subscribe("*"));

        List<String> ids = IntStream.range(0, 50)
                .mapToObj(i -> publish("topic", topic, "data", String.valueOf(i)))
                .toList();

        assertThat(streams)
                .allSatisfy(stream ->
                        assertThat(stream.next(50)).extracting(Event::id).isEqualTo(ids));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/.well-known/mercure | 'topic' is missing",
                "/.well-known/mercure?Topic=a | 'topic' is missing",
                "/.well-known/mercure?topic= | empty",
                "/.well-known/mercure?topic=a%0a | control character",
                "/.well-known/mercure?topic=%7Bx,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x%7D | at most 32",
                "/.well-known/mercure?topic=%zz | query",
                "/.well-known/mercure?topic=a&authorization=x | Authorization: Bearer"
            })
    void whatIsWrongIsToldWithWhatWouldBeRight(String path, String named) {
        RawHttp.Answer answer = get(path);

        if (named.equals("query") && hostHas(Host.Peculiarity.REFUSES_QUERIES_ITSELF)) {
            assertThat(answer.status()).isEqualTo(400);
        } else {
            assertProblem(answer, 400, "bad-request", named);
        }
    }

    @Test
    void aSubscriptionHasSoManySelectorsAndNoMore() {
        List<String> most = IntStream.range(0, 100).mapToObj(i -> topic + i).toList();
        List<String> more = new ArrayList<>(most);
        more.add("more");

        assertThat(subscribe(most).status()).isEqualTo(200);
        assertProblem(get(query(more)), 400, "bad-request", "at most 100");
    }

    @Test
    void goesOnAfterTheIdThatTheHubMade() {
        String first = publish("topic", topic, "data", "1");
        publish("topic", topic, "data", "2");
        publish("topic", topic, "data", "3");

        EventStream stream = subscribe(List.of(topic), LAST_EVENT_ID + ": " + first);

        assertThat(stream.next(2)).extracting(Event::data).containsExactly("2", "3");
        assertThat(stream.header(LAST_EVENT_ID)).isEqualTo(first);
        publish("topic", topic, "data", "4");
        assertThat(stream.next().data()).isEqualTo("4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/1", "/ü-😀", "/a b,c;d"})
    void goesOnAfterTheIdThatThePublisherMade(String end) {
        String id = topic + end;
        publish("topic", topic, "data", "1", "id", id);
        publish("topic", topic, "data", "2");

        boolean isAscii = asBytes(id).equals(id);
        List<EventStream> streams = new ArrayList<>();
        streams.add(open(query(List.of(topic)) + "&lastEventID=" + encoded(id)));
        if (isAscii || !hostHas(Host.Peculiarity.MAY_REFUSE_HEADERS_BEYOND_ASCII)) {
            streams.add(subscribe(List.of(topic), LAST_EVENT_ID + ": " + asBytes(id)));
        }

        for (EventStream stream : streams) {
            assertThat(stream.next().data()).isEqualTo("2");
            if (isAscii || !hostHas(Host.Peculiarity.SENDS_ASCII_HEADERS)) {
                assertThat(stream.header(LAST_EVENT_ID)).isEqualTo(asBytes(id));
            }
        }
    }

    /** UTF-8, a character a byte, as sockets of tests send and show it. */
    private static String asBytes(String text) {
        return new String(
                text.getBytes(java.nio.charset.StandardCharsets.UTF_8), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lastEventID", "Last-Event-ID", "lastEventId"})
    void theHeaderGoesBeforeTheQuery(String parameter) {
        String first = publish("topic", topic, "data", "1");
        String second = publish("topic", topic, "data", "2");
        publish("topic", topic, "data", "3");
        String path = query(List.of(topic)) + "&" + parameter + "=" + encoded(first);

        assertThat(open(path).next().data()).isEqualTo("2");
        EventStream both = open(path, LAST_EVENT_ID + ": " + second);
        assertThat(both.next().data()).isEqualTo("3");
        assertThat(both.header(LAST_EVENT_ID)).isEqualTo(second);
    }

    @Test
    void earliestIsAllThatIsKept() {
        publish("topic", topic, "data", "1");
        publish("topic", topic, "data", "2");

        EventStream stream = open(query(List.of(topic)) + "&lastEventID=earliest");

        assertThat(stream.next(2)).extracting(Event::data).containsExactly("1", "2");
        assertThat(stream.header(LAST_EVENT_ID)).isEqualTo("earliest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody-knows-it", "#epoch.7", "#", "#x.99999999999999999999"})
    void anUnknownIdIsToldInTheStream(String id) {
        publish("topic", topic, "data", "1");

        EventStream stream = subscribe(List.of(topic), LAST_EVENT_ID + ": " + id);

        Event gap = stream.next();
        assertThat(gap.type()).isEqualTo("gap");
        assertThat(json(gap.data()).getString("requested")).isEqualTo(id);
        assertThat(json(gap.data()).getString("resumedAfter")).isEqualTo(gap.id());
        assertThat(stream.next().data()).isEqualTo("1");
        assertThat(stream.header(LAST_EVENT_ID)).isNotNull().isNotEqualTo(id);
    }

    @Test
    void aReplayedPrivateEventNeedsTheTokenOfNow() {
        String first = publish("topic", topic, "data", "1");
        publish("topic", topic, "data", "secret", "private", "on");
        publish("topic", topic, "data", "2");

        EventStream anybody = subscribe(List.of(topic), LAST_EVENT_ID + ": " + first);
        EventStream allowed =
                subscribe(List.of(topic), LAST_EVENT_ID + ": " + first, Tokens.header(Tokens.subscriber(topic)));
        EventStream other =
                subscribe(List.of(topic), LAST_EVENT_ID + ": " + first, Tokens.header(Tokens.subscriber("x")));

        assertThat(anybody.next().data()).isEqualTo("2");
        assertThat(other.next().data()).isEqualTo("2");
        assertThat(allowed.next(2)).extracting(Event::data).containsExactly("secret", "2");
    }

    @Test
    void theIdOfAPrivateEventLeaksNothing() {
        String id = topic + "/private";
        publish("topic", topic, "data", "secret", "private", "on", "id", id);
        publish("topic", topic, "data", "open");

        EventStream ofPrivate = subscribe(List.of(topic), LAST_EVENT_ID + ": " + id);
        EventStream ofNone = subscribe(List.of(topic), LAST_EVENT_ID + ": " + topic + "/unknown");

        assertThat(ofPrivate.next().data().replace(id, ""))
                .isEqualTo(ofNone.next().data().replace(topic + "/unknown", ""));
        assertThat(ofPrivate.next().data()).isEqualTo("open");
        assertThat(ofPrivate.header(LAST_EVENT_ID)).isEqualTo(ofNone.header(LAST_EVENT_ID));
        assertThat(ofPrivate.wire()).doesNotContain("secret");
    }

    @Test
    void replayGoesOverIntoLiveWithoutLossOrRepetitionWhilePublishingGoesOn() throws InterruptedException {
        String first = publish("topic", topic, "data", "-1");
        List<String> expected = Collections.synchronizedList(new ArrayList<>());
        Thread publisher = new Thread(() -> {
            for (int i = 0; i < 300; i++) {
                expected.add(publish("topic", topic, "data", String.valueOf(i)));
            }
        });
        publisher.start();
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            streams.add(subscribe(List.of(topic), LAST_EVENT_ID + ": " + first));
        }
        publisher.join();

        for (EventStream stream : streams) {
            assertThat(stream.next(300)).extracting(Event::id).isEqualTo(expected);
        }
    }

    @Test
    void aClientThatLeavesBeforeItsFirstEventMissesNothing() {
        EventStream stream = subscribe(List.of(topic), "User-Agent: Mozilla/5.0 (X11; Linux)");
        stream.awaitText("\nid: ");
        String wire = stream.wire();
        String cursor = wire.substring(wire.lastIndexOf("\nid: ") + 5).split("\n", 2)[0];
        stream.close();
        publish("topic", topic, "data", "missed");

        EventStream again = subscribe(List.of(topic), LAST_EVENT_ID + ": " + cursor);

        assertThat(again.next().data()).isEqualTo("missed");
    }

    @Test
    void headAnswersTheHead() {
        RawHttp.Answer answer = request("HEAD", query(List.of(topic)));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void headIsRefusedWhereGetIs() {
        assertThat(request("HEAD", HUB).status()).as("without a topic").isEqualTo(400);
        assertThat(request("HEAD", "/status/nobody/stream").status())
                .as("a source that is not there")
                .isEqualTo(404);
        assertThat(request("HEAD", "/status/jobs/stream").status())
                .as("a parameter is missing")
                .isEqualTo(400);
    }
}
