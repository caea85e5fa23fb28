package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.Event;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import jakarta.json.JsonString;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST} of many events to the hub. */
abstract class BatchSuite extends HubSubject {
    private static final String JSON = "application/json";
    private static final String NDJSON = "application/x-ndjson";

    BatchSuite(HttpSuite suite) {
        super(suite);
    }

    private String batch(String json) {
        return json.replace('\'', '"').replace("TOPIC", topic);
    }

    private static List<String> ids(RawHttp.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo(JSON);
        return json(answer.body()).getJsonArray("ids").getValuesAs(JsonString::getString);
    }

    @Test
    void anArrayIsPublishedInItsOrder() {
        EventStream stream = subscribe(topic);

        List<String> ids = ids(post(JSON, batch("""
                [{'topic': 'TOPIC', 'data': 'ü\\n😀'},
                 {'topic': ['TOPIC/other', 'TOPIC'], 'data': '2', 'id': 'TOPIC/2', 'type': 'x', 'retry': 77, 'private': false},
                 {'topic': 'TOPIC', 'type': null, 'unknown': [{'a': [1, {}]}]}]
                """)));

        List<Event> events = stream.next(3);
        assertThat(events).extracting(Event::id).isEqualTo(ids);
        assertThat(events).extracting(Event::data).containsExactly("ü\n😀", "2", "");
        assertThat(events.get(1)).isEqualTo(new Event("x", "2", topic + "/2", Duration.ofMillis(77)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\n\n", " \n\t\n"})
    void linesArePublishedInTheirOrder(String separator) {
        EventStream stream = subscribe(topic);

        List<String> ids =
                ids(post(NDJSON, batch("{'topic':'TOPIC','data':'1'}" + separator + "{'topic':'TOPIC','data':'2'}\n")));

        assertThat(stream.next(2)).extracting(Event::id).isEqualTo(ids);
    }

    @Test
    void privateEventsOfABatchStayPrivate() {
        EventStream anybody = subscribe(topic);
        EventStream allowed = subscribe(List.of(topic), Tokens.header(Tokens.subscriber(topic)));

        post(JSON, batch("[{'topic':'TOPIC','data':'secret','private':true},{'topic':'TOPIC','data':'open'}]"));

        assertThat(anybody.next().data()).isEqualTo("open");
        assertThat(allowed.next().data()).isEqualTo("secret");
    }

    @Test
    void oneObjectIsOneEvent() {
        EventStream stream = subscribe(topic);

        RawHttp.Answer answer = post(JSON, batch("{'topic':'TOPIC','data':'alone'}"));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        EventStream.Event event = stream.next();
        assertThat(event.data()).isEqualTo("alone");
        assertThat(answer.body()).isEqualTo("{\"ids\":[\"" + event.id() + "\"]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ 'a' : [1, 2.50, {}], 'b': null} | {'a':[1,2.50,{}],'b':null}",
                "[] | []",
                "7 | 7",
                "1e99999999999 | 1e99999999999",
                "12345678901234567890.10 | 12345678901234567890.10",
                "true | true",
                "['a:', '[', 'x'] | ['a:','[','x']",
                "['\\u0001 \\\\ \\ud800 \\ud83d\\ude00'] | ['\\u0001 \\\\ \\ud800 \ud83d\ude00']"
            })
    void dataThatIsNoStringIsPublishedAsItsText(String json, String text) {
        EventStream stream = subscribe(topic);

        RawHttp.Answer answer = post(JSON, batch("{'topic':'TOPIC','data':" + json + "}"));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(stream.next().data()).isEqualTo(text.replace('\'', '"'));
    }

    @Test
    void dataThatIsNestedTooDeepIs400() {
        String deep = "[".repeat(200) + "]".repeat(200);

        assertProblem(post(JSON, batch("{'topic':'TOPIC','data':" + deep + "}")), 400, "bad-request", "nested");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "7 | neither a JSON object nor an array of objects",
                "'text' | neither a JSON object nor an array of objects",
                "{'topic':'TOPIC'} {'topic':'TOPIC'} | JSON",
                "[] | no event",
                "`` | invalid JSON",
                "[{'topic':'TOPIC'} | invalid JSON",
                "[{'topic':'TOPIC'}] [] | JSON",
                "[{'topic':'TOPIC'}, 7] | Event 2 of the batch: it is not a JSON object",
                "[{'topic':'TOPIC'}, {'data':'x'}] | Event 2 of the batch: The field 'topic' is missing",
                "[{'topic':'TOPIC'}, {'topic':[]}] | Event 2 of the batch: The field 'topic' is missing",
                "[{'topic':'TOPIC'}, {'topic':7}] | 'topic' must be a string or an array of strings",
                "[{'topic':'TOPIC'}, {'topic':[['a']]}] | 'topic' must be a string or an array of strings",
                "[{'topic':'TOPIC'}, {'topic':'*'}] | Event 2",
                "[{'topic':'TOPIC'}, {'topic':'/.well-known/mercure/x'}] | reserved for the hub",
                "[{'topic':'TOPIC','id':{'a':1}}] | 'id' must be a string",
                "[{'topic':'TOPIC','retry':'7'}] | 'retry' must be a number",
                "[{'topic':'TOPIC','retry':1.5}] | from 0 to",
                "[{'topic':'TOPIC','retry':1e999999999}] | from 0 to",
                "[{'topic':'TOPIC','private':'true'}] | 'private' must be true or false",
                "[{'topic':'TOPIC','id':'a\\nb'}] | control character",
                "[{'topic':'TOPIC','type':'a\\u0000b'}] | control character",
                "[{'topic':'TOPIC','data':'\\ud800'}] | surrogate",
                "[{'topic':'TOPIC','data':'a','data':'b'}] | 'data' appears more than once",
                "[{'topic':'TOPIC','id':'#a'}] | reserved",
                "[{'topic':'TOPIC','type':'gap'}] | reserved"
            })
    void ofABatchWithAFaultNothingIsPublished(String json, String named) {
        EventStream stream = subscribe(topic);

        assertProblem(post(JSON, batch(json)), 400, "bad-request", named);

        publish("topic", topic, "data", "last");
        assertThat(stream.next().data()).isEqualTo("last");
    }

    @Test
    void jsonThatIsNestedDeepIsRefused() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);

        assertProblem(post(JSON, deep), 400, "bad-request", "");
        assertProblem(post(JSON, batch("[{'topic':'TOPIC','extra':" + deep + "}]")), 400, "bad-request", "JSON");
    }

    @Test
    void linesThatAreNotUtf8AreRefused() {
        byte[] body = batch("{'topic':'TOPIC','data':'X'}")
                .replace('X', '\u00ff')
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        byte[] head = ("POST " + host().target(HUB) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + Tokens.header(Tokens.publisher("*")) + "\r\nContent-Type: " + NDJSON + "\r\nContent-Length: "
                        + body.length + "\r\n\r\n")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        byte[] request = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, request, head.length, body.length);

        assertProblem(RawHttp.exchange(host().port(), request), 400, "bad-request", "UTF-8");
    }

    @Test
    void oneEventThatIsNotAllowedForbidsAll() {
        EventStream stream = subscribe(topic);

        RawHttp.Answer answer = postAs(
                JSON,
                batch("[{'topic':'TOPIC','data':'x'},{'topic':'TOPIC/other'}]"),
                List.of(Tokens.header(Tokens.publisher(topic))));

        assertProblem(answer, 403, "forbidden", "every topic of this event");
        publish("topic", topic, "data", "last");
        assertThat(stream.next().data()).isEqualTo("last");
    }

    @Test
    void aBatchThatComesAgainIsPublishedOnce() {
        EventStream stream = subscribe(topic);
        String json = batch("[{'topic':'TOPIC','data':'1'},{'topic':'TOPIC','data':'2'}]");
        String key = "Idempotency-Key: " + topic;

        List<String> ids = ids(post(JSON, json, key));

        assertThat(ids(post(JSON, json, key))).isEqualTo(ids);
        assertProblem(post(JSON, batch("[{'topic':'TOPIC','data':'3'}]"), key), 409, "conflict", "key");
        publish("topic", topic, "data", "last");
        assertThat(stream.next(3)).extracting(Event::data).containsExactly("1", "2", "last");
    }

    @Test
    void aBatchHasSoManyEventsAndNoMore() {
        String events = IntStream.rangeClosed(0, 10_000)
                .mapToObj(i -> "{'topic':'TOPIC" + i + "'}")
                .collect(Collectors.joining("\n"))
                .replace("TOPIC", "t");

        assertProblem(post(NDJSON, batch(events)), 400, "bad-request", "more than 10000 events");
    }
}
