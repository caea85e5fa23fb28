package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.Event;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST} of a form to the hub. */
abstract class PublishSuite extends HubSubject {

    PublishSuite(HttpSuite suite) {
        super(suite);
    }

    @Test
    void theAnswerIsTheIdThatSubscribersGet() {
        EventStream stream = subscribe(topic);

        RawHttp.Answer answer = post(FORM, form("topic", topic, "data", "Hello"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/plain;charset=UTF-8");
        assertThat(answer.body()).startsWith("#").doesNotContain("\n", ":");
        assertThat(stream.next()).isEqualTo(new Event("message", "Hello", answer.body(), null));
    }

    @Test
    void anEventHasAllThatWasPublished() {
        EventStream stream = subscribe(topic);

        String id = publish("topic", topic, "data", "a", "id", topic + "/1", "type", "changed", "retry", "1234");

        assertThat(id).isEqualTo(topic + "/1");
        assertThat(stream.next()).isEqualTo(new Event("changed", "a", id, Duration.ofMillis(1234)));
    }

    @Test
    void anEventWithoutATypeArrivesAtOnmessage() {
        EventStream stream = subscribe(topic);

        publish("topic", topic, "data", "a", "type", "");

        assertThat(stream.next().type()).isEqualTo("message");
        assertThat(stream.wire()).doesNotContain("event:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb\n", "\r\na\rb", "über 😀 %26+", " a", ":", "data: x\n\nid: 7", "\u0000"})
    void dataArrivesAsItWasLineByLine(String data) {
        EventStream stream = subscribe(topic);

        publish("topic", topic, "data", data);

        assertThat(stream.next().data()).isEqualTo(data.replace("\r\n", "\n").replace('\r', '\n'));
    }

    @Test
    void anEventWithoutDataIsDispatchedToo() {
        EventStream stream = subscribe(topic);

        publish("topic", topic);

        assertThat(stream.next().data()).isEmpty();
    }

    @Test
    void anEventComesOnceHoweverManyOfItsTopicsAreSelected() {
        EventStream stream = subscribe(topic, topic + "/alternate", topic + "/{any}", "*");

        String first = publish("topic", topic, "topic", topic + "/alternate", "topic", topic, "data", "1");
        String second = publish("topic", topic, "data", "2");

        assertThat(stream.next(2)).extracting(Event::id).containsExactly(first, second);
    }

    @Test
    void alternatesReachTheirSubscribers() {
        EventStream stream = subscribe(topic + "/alternate");

        publish("topic", topic, "topic", topic + "/alternate", "data", "1");

        assertThat(stream.next().data()).isEqualTo("1");
    }

    @Test
    void fieldsThatAreUnknownAreLeftAlone() {
        assertThat(post(FORM, form("topic", topic, "data", "a", "extra", "b", "Topic", "c"))
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {FORM, FORM + ";charset=utf-8", FORM + "; charset=\"UTF-8\"", "APPLICATION/X-WWW-FORM-URLENCODED"
            })
    void theFormIsUtf8(String type) {
        EventStream stream = subscribe(topic);

        assertThat(post(type, "topic=" + topic + "&data=ü").status()).isEqualTo(200);

        assertThat(stream.next().data()).isEqualTo("ü");
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain, text/plain",
        "multipart/form-data;boundary=x, multipart/form-data",
        "application/xml, application/xml",
        "application/x-www-form-urlencoded;charset=latin1, UTF-8",
        "application/json;charset=utf-16, UTF-8"
    })
    void otherMediaTypesAre415(String type, String named) {
        assertProblem(post(type, "topic=a"), 415, "unsupported-media-type", named);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data=a | 'topic' is missing",
                "'' | 'topic' is missing",
                "topic= | topic is empty",
                "topic=TOPIC&data=%zz | percent sign at offset",
                "topic=TOPIC&data=100% | percent sign at offset",
                "topic=TOPIC&data=%c3%28 | not UTF-8",
                "topic=TOPIC&data=%ed%a0%80 | not UTF-8",
                "topic=TOPIC&data=a&data=b | 'data' appears more than once",
                "topic=TOPIC&id=a&id=b | 'id' appears more than once",
                "topic=TOPIC&type=a&type=a | 'type' appears more than once",
                "topic=TOPIC&retry=1&retry=2 | 'retry' appears more than once",
                "topic=TOPIC&retry=soon | retry 'soon' is not a number",
                "topic=TOPIC&retry=-1 | from 0 to",
                "topic=TOPIC&retry=1.5 | from 0 to",
                "topic=TOPIC&retry=%D9%A3 | from 0 to",
                "topic=TOPIC&retry=99999999999999999999 | from 0 to",
                "topic=TOPIC&id=%23mine | reserved",
                "topic=TOPIC&id=earliest | reserved",
                "topic=TOPIC&type=gap | reserved",
                "topic=TOPIC&type=mercure | reserved",
                "topic=* | stands for all topics",
                "topic=%2F.well-known%2Fmercure | reserved for the hub",
                "topic=https://example.com/.well-known/mercure/subscriptions/a | reserved for the hub",
                "topic=//other.example/x/../%252Ewell-known/mercur%2565 | reserved for the hub",
                "topic=mercure | reserved for the hub",
                "topic=TOPIC&topic=../.well-known/./mercure?x | reserved for the hub"
            })
    void whatIsWrongIsToldWithWhatWouldBeRight(String form, String named) {
        EventStream stream = subscribe("*");

        assertProblem(post(FORM, form.replace("TOPIC", topic)), 400, "bad-request", named);

        assertNothingCame(stream);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%0a", "%0d", "%00", "%1b", "%7f", "%c2%85", "a%0adata: x", "a%0d%0a%0d%0a"})
    void controlCharactersInIdsTypesAndTopicsAreRefusedAndNothingReachesAStream(String value) {
        EventStream stream = subscribe("*");

        for (String field : List.of("id", "type")) {
            assertProblem(
                    post(FORM, form("topic", topic) + "&" + field + "=" + value),
                    400,
                    "bad-request",
                    "control character");
        }
        assertProblem(post(FORM, "topic=" + value), 400, "bad-request", "control character");

        assertNothingCame(stream);
    }

    @Test
    void anEventHasSoManyTopicsAndNoMore() {
        assertThat(post(FORM, topics(HttpSuite.MOST_TOPICS)).status()).isEqualTo(200);
        assertProblem(
                post(FORM, topics(HttpSuite.MOST_TOPICS + 1)),
                400,
                "bad-request",
                "more than " + HttpSuite.MOST_TOPICS);
        for (int count : new int[] {1_500, 20_000}) {
            assertProblem(post(FORM, topics(count)), 400, "bad-request", "more than " + HttpSuite.MOST_TOPICS);
        }
    }

    private String topics(int count) {
        StringBuilder form = new StringBuilder("data=x");
        for (int i = 0; i < count; i++) {
            form.append("&topic=t").append(i);
        }
        return form.toString();
    }

    @Test
    void aBodyHasSoManyBytesAndNoMore() {
        EventStream stream = subscribe(topic);
        String form = form("topic", topic, "data", "");

        String largest = "x".repeat(HttpSuite.MOST_EVENT_BYTES - form.length());
        assertThat(post(FORM, form + largest).status()).isEqualTo(200);
        assertProblem(post(FORM, form + largest + "x"), 413, "too-large", String.valueOf(HttpSuite.MOST_EVENT_BYTES));

        assertThat(stream.next().data()).isEqualTo(largest);
        assertNothingCame(stream);
    }

    @Test
    void anIdThatIsPublishedAgainIsANewEvent() {
        EventStream stream = subscribe(topic);
        String id = topic + "/1";

        for (String data : List.of("a", "a", "b")) {
            assertThat(publish("topic", topic, "data", data, "id", id)).isEqualTo(id);
        }

        for (String data : List.of("a", "a", "b")) {
            assertThat(stream.next().data()).isEqualTo(data);
        }
        EventStream resumed = subscribe(List.of(topic), "Last-Event-ID: " + id);
        assertThat(resumed.next().data()).isEqualTo("a");
        assertThat(resumed.next().data()).isEqualTo("b");
    }

    @Test
    void theIdOfAPrivateEventIsFreeToWhoMayNotPublishThere() {
        String secret = topic + "/secret";
        String id = "urn:secret:" + topic;
        EventStream stream = subscribe(topic);
        publish("topic", secret, "data", "x", "id", id, "private", "on");
        String form = form("topic", topic, "data", "mine", "id", id);

        RawHttp.Answer answer = postAs(FORM, form, List.of(Tokens.header(Tokens.publisher(topic))));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(id);
        publish("topic", topic, "data", "end");

        assertThat(stream.next().data()).isEqualTo("mine");
        assertThat(stream.next().data()).isEqualTo("end");
        EventStream resumed = subscribe(List.of(topic), "Last-Event-ID: " + id);
        assertThat(resumed.next().data()).isEqualTo("end");
    }

    @Test
    void anIdempotencyKeyGetsTheSameAnswerAgain() {
        EventStream stream = subscribe(topic);
        String key = "Idempotency-Key: " + topic;
        String form = form("topic", topic, "data", "a");

        RawHttp.Answer first = post(FORM, form, key);
        RawHttp.Answer again = post(FORM, form, key);

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(stream.next().id()).isEqualTo(first.body());
        assertNothingCame(stream);
        assertProblem(post(FORM, form("topic", topic, "data", "b"), key), 409, "conflict", "key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a,b"})
    void anIdempotencyKeyIsOneName(String key) {
        String[] headers = key.equals("a,b")
                ? new String[] {"Idempotency-Key: a", "Idempotency-Key: b"}
                : new String[] {"Idempotency-Key:" + key};

        assertProblem(post(FORM, form("topic", topic), headers), 400, "bad-request", "Idempotency-Key");
        assertProblem(
                post(FORM, form("topic", topic), "Idempotency-Key: " + "k".repeat(300)),
                400,
                "bad-request",
                "Idempotency-Key");
    }

    @Test
    void theKeysOfDifferentPublishersHaveNothingToDoWithOneAnother() {
        String form = form("topic", topic, "data", "a");
        String key = "Idempotency-Key: " + topic;

        String mine = post(FORM, form, key).body();
        RawHttp.Answer others = postAs(FORM, form, List.of(key, Tokens.header(Tokens.publisher(topic))));

        assertThat(others.status()).isEqualTo(200);
        assertThat(others.body()).isNotEqualTo(mine);
    }

    @Test
    void answersTellWhereTheHubIs() {
        assertThat(post(FORM, form("topic", topic)).header("Link"))
                .isEqualTo("<" + host().target(HUB) + ">; rel=\"mercure\"");
        assertThat(get("/").header("Link")).contains(host().target(HUB), "rel=\"mercure\"");
    }

    /** What is published next is all that comes. */
    void assertNothingCame(EventStream stream) {
        String last = topic + "/last";
        publish("topic", topic, "data", last);
        assertThat(stream.next().data()).isEqualTo(last);
    }

    /** Many clients send the Accept of their framework. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json, application/*+json",
                "text/html",
                "image/png",
                "text/plain;q=0"
            })
    void theAnswerIsTheIdWhateverIsAccepted(String accept) {
        RawHttp.Answer form = post(FORM, form("topic", topic, "data", "a"), "Accept: " + accept);
        RawHttp.Answer json = post("application/json", "{\"topic\":\"" + topic + "\"}", "Accept: " + accept);

        assertThat(form.status()).as(form.body()).isEqualTo(200);
        assertThat(form.body()).startsWith("#");
        assertThat(json.status()).as(json.body()).isEqualTo(200);
        assertThat(json.body()).startsWith("{\"ids\":[\"#");
    }

    @ParameterizedTest
    @ValueSource(strings = {"utf-8", "UTF8", "us-ascii", "\"utf-8\""})
    void textInUtf8MayHaveAnotherName(String charset) {
        EventStream stream = subscribe(topic);

        assertThat(post(FORM + ";charset=" + charset, form("topic", topic, "data", "\u00e9"))
                        .status())
                .isEqualTo(200);
        assertThat(stream.next().data()).isEqualTo("\u00e9");
    }

    private HttpResponse<String> postBytes(String type, byte[] body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + host().port() + host().target(HUB)))
                .header("Authorization", Tokens.header(Tokens.publisher("*")).split(": ", 2)[1])
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aByteOrderMarkIsPassedOverInEveryForm(boolean packed) throws Exception {
        EventStream stream = subscribe(topic);
        String object = "{\"topic\":\"" + topic + "\",\"data\":\"x\"}";
        Map<String, String> bodies = Map.of(
                FORM,
                form("topic", topic, "data", "x"),
                "application/json",
                object,
                "application/x-ndjson",
                object + "\n" + object);
        int events = 0;
        for (Map.Entry<String, String> body : bodies.entrySet()) {
            byte[] plain = ("\ufeff" + body.getValue()).getBytes(StandardCharsets.UTF_8);
            HttpResponse<String> answer = packed
                    ? postBytes(body.getKey(), gzip(plain), "Content-Encoding", "gzip")
                    : postBytes(body.getKey(), plain);
            assertThat(answer.statusCode())
                    .as(body.getKey() + " " + answer.body())
                    .isEqualTo(200);
            events += body.getValue().contains("\n") ? 2 : 1;
        }
        for (int i = 0; i < events; i++) {
            assertThat(stream.next().data()).isEqualTo("x");
        }
    }

    @Test
    void aPackedBodyHasTheBoundsOfOneThatIsNot() throws Exception {
        EventStream stream = subscribe(topic);
        byte[] bomb = gzip(form("topic", topic, "data", "x".repeat(10 << 20)).getBytes(StandardCharsets.UTF_8));
        byte[] whole = gzip(form("topic", topic, "data", "x").getBytes(StandardCharsets.UTF_8));

        assertThat(postBytes(FORM, bomb, "Content-Encoding", "gzip").statusCode())
                .isEqualTo(413);
        assertThat(postBytes(FORM, Arrays.copyOf(whole, whole.length / 2), "Content-Encoding", "gzip")
                        .statusCode())
                .isEqualTo(400);
        assertThat(postBytes(FORM, "topic=a".getBytes(StandardCharsets.UTF_8), "Content-Encoding", "gzip")
                        .statusCode())
                .isEqualTo(415);
        whole[whole.length - 5]++; // of the checksum
        assertThat(postBytes(FORM, whole, "Content-Encoding", "gzip").statusCode())
                .isEqualTo(400);
        publish("topic", topic, "data", "last");
        assertThat(stream.next().data()).isEqualTo("last");
    }

    /** Of 20 bytes each; the JDK's stream calls itself for each. */
    @Test
    void gzipOfManyPartsIsPutTogetherUnlessThousandsInARowAreEmpty() throws Exception {
        EventStream stream = subscribe(topic);
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (byte sign : form("topic", topic, "data", "in parts").getBytes(StandardCharsets.UTF_8)) {
            many.write(gzip(new byte[] {sign}));
            many.write(gzip(new byte[0]));
        }
        ByteArrayOutputStream empty = new ByteArrayOutputStream();
        for (int i = 0; i < 14_000; i++) {
            empty.write(gzip(new byte[0]));
        }

        assertThat(postBytes(FORM, empty.toByteArray(), "Content-Encoding", "gzip")
                        .statusCode())
                .isEqualTo(400);
        assertThat(postBytes(FORM, many.toByteArray(), "Content-Encoding", "gzip")
                        .statusCode())
                .isEqualTo(200);
        assertThat(stream.next().data()).isEqualTo("in parts");
    }

    @Test
    void aContentCodingThatIsNotReadIsRefusedWithTheOneThatIs() throws Exception {
        HttpResponse<String> answer =
                postBytes(FORM, form("topic", topic).getBytes(StandardCharsets.UTF_8), "Content-Encoding", "br");

        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.headers().firstValue("Accept-Encoding")).contains("gzip");
        assertThat(answer.body()).contains("Content-Encoding");
    }
}
