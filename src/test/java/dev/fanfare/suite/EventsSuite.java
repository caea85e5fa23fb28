package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.Event;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /events}: topics and statuses on one connection. */
abstract class EventsSuite extends HubSubject {
    private static final String JSON = "Content-Type: application/json";

    EventsSuite(HttpSuite suite) {
        super(suite);
    }

    /** A stream whose first event has been read. */
    private record Joint(EventStream events, String session, String start) {
        JsonObject next() {
            return json(events.next().data());
        }
    }

    private Joint joint(String query, String... headers) {
        EventStream stream = open("/events" + query, headers);
        Event first = stream.next();
        assertThat(first.type()).isEqualTo("message");
        JsonObject open = json(first.data());
        assertThat(first.data()).isEqualTo("{\"type\":\"open\",\"session\":\"" + open.getString("session") + "\"}");
        assertThat(open.getString("session")).matches("[A-Za-z0-9_-]{32}");
        assertThat(first.id()).startsWith("#");
        return new Joint(stream, open.getString("session"), first.id());
    }

    private static String topic(String selector) {
        return "topic=" + encoded(selector);
    }

    private static String status(String status) {
        return "status=" + encoded(status);
    }

    private String jobStatus() {
        return "jobs?job=" + job;
    }

    private RawHttp.Answer patch(String session, String body, String... headers) {
        return patchAs(session, JSON, body, headers);
    }

    private RawHttp.Answer patchAs(String session, String type, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(type);
        RawHttp.Answer answer = RawHttp.request(host().port(), "PATCH", host().target("/events/" + session), all, body);
        assertDocumented("PATCH", "/events/" + session, answer.status());
        return answer;
    }

    private JsonObject change(Joint joint, String body, String... headers) {
        RawHttp.Answer answer = patch(joint.session(), body, headers);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("application/json");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        return json(answer.body());
    }

    private static void assertRefused(JsonObject event, String key, String name, int code, String reason) {
        assertThat(event.getString("type")).as(event.toString()).isEqualTo("refused");
        assertThat(event.getString(key)).isEqualTo(name);
        assertThat(event.containsKey("id")).isFalse();
        assertThat(event.getJsonObject("data").getInt("code")).isEqualTo(code);
        assertThat(event.getJsonObject("data").getString("reason")).contains(reason);
    }

    @Test
    void topicsAndStatusesComeOnOneConnectionAndSayWhatTheyBelongTo() {
        jobs().set(job, "{\"state\":\"running\",\"seen\":1}");
        Joint joint = joint("?" + topic(topic) + "&" + status(jobStatus()));
        Event update = joint.events().next();
        assertThat(json(update.data()).getString("status")).isEqualTo(jobStatus());
        assertThat(update.data())
                .startsWith("{\"status\":\"" + jobStatus() + "\",\"type\":\"update\",\"id\":\"")
                .endsWith("\",\"data\":{\"state\":\"running\",\"seen\":1}}");
        assertThat(json(update.data()).getString("id"))
                .isEqualTo(get(snapshot(job)).header("ETag").replace("\"", ""));
        assertThat(update.id()).as("no id of its own").isEqualTo(joint.start());

        String id = publish("topic", topic, "type", "news", "data", "one\n\"two\" </script>\u2028", "id", "urn:" + job);
        Event event = joint.events().next();

        assertThat(event.type()).isEqualTo("message");
        JsonObject envelope = json(event.data());
        assertThat(envelope.keySet()).containsExactly("topic", "type", "id", "data");
        assertThat(envelope.getString("topic")).isEqualTo(topic);
        assertThat(envelope.getString("type")).isEqualTo("news");
        assertThat(envelope.getString("id")).isEqualTo(id).isEqualTo("urn:" + job);
        assertThat(envelope.getString("data")).isEqualTo("one\n\"two\" </script>\u2028");
        assertThat(event.id()).startsWith("#").isNotEqualTo(joint.start());
    }

    @Test
    void anEventWithoutATypeIsAMessageAndOneWithoutAnIdHasTheHubs() {
        Joint joint = joint("?" + topic(topic));
        String id = publish("topic", topic, "data", "x", "retry", "1234");
        Event event = joint.events().next();
        assertThat(event.data())
                .isEqualTo("{\"topic\":\"" + topic + "\",\"type\":\"message\",\"id\":\"" + id + "\",\"data\":\"x\"}");
        assertThat(event.id()).isEqualTo(id);
        assertThat(event.retry()).hasMillis(1234);
    }

    @Test
    void statusesAloneAndTopicsAloneAreStreamsToo() {
        jobs().set(job, "1");
        assertThat(joint("?" + status(jobStatus())).next().getInt("data")).isEqualTo(1);
        Joint topics = joint("?" + topic(topic));
        publish("topic", topic, "data", "x");
        assertThat(topics.next().getString("data")).isEqualTo("x");
    }

    @Test
    void whatSelectsAnEventIsToldWhereItIsNotTheTopicItselfAndNoOtherTopicIs() {
        String template = topic + "/{id}";
        Joint both = joint("?" + topic(template) + "&" + topic(topic + "/2"));
        Joint all = joint("?" + topic("*") + "&" + topic(topic + "/1"));
        publish("topic", topic + "/1", "topic", topic + "/2", "topic", "secret-" + topic, "data", "x");

        JsonObject event = both.next();
        assertThat(event.keySet()).containsExactly("topic", "selectors", "type", "id", "data");
        assertThat(event.getString("topic")).isEqualTo(topic + "/1");
        assertThat(event.getJsonArray("selectors").toString()).isEqualTo("[\"" + template + "\",\"" + topic + "/2\"]");
        assertThat(all.next().getJsonArray("selectors").toString()).isEqualTo("[\"" + topic + "/1\",\"*\"]");

        publish("topic", "secret-" + topic, "topic", topic + "/2", "data", "y");
        Joint one = joint("?" + topic(topic + "/2") + "&lastEventId=earliest");
        assertThat(one.events().next(2).toString()).doesNotContain("secret").contains("\"data\":\"y\"");
    }

    @Test
    void eachMemberHasRightsOfItsOwn() {
        jobs().set(job, "{\"secret\":1}");
        String query = "?" + topic(topic) + "&" + status(jobStatus()) + "&" + status("guarded?job=" + job);
        Joint anonymous = joint(query);
        List<JsonObject> first = List.of(anonymous.next(), anonymous.next());
        assertRefused(byName(first, "guarded?job=" + job), "status", "guarded?job=" + job, 401, "need a token");
        assertThat(byName(first, jobStatus()).getString("type")).isEqualTo("update");

        Joint other = joint(query, Tokens.header(Tokens.subscriber("other")));
        assertRefused(
                byName(List.of(other.next(), other.next()), "guarded?job=" + job),
                "status",
                "guarded?job=" + job,
                403,
                "mercure.subscribe");

        Joint granted = joint(query, Tokens.header(Tokens.subscriber(topic, "/status/guarded{?job}")));
        assertThat(List.of(granted.next().getString("type"), granted.next().getString("type")))
                .containsOnly("update");

        publish("topic", topic, "data", "private", "private", "on");
        publish("topic", topic, "data", "public");
        assertThat(anonymous.next().getString("data")).isEqualTo("public");
        assertThat(granted.next().getString("data")).isEqualTo("private");
    }

    private static JsonObject byName(List<JsonObject> events, String status) {
        return events.stream()
                .filter(event -> event.getString("status", "").equals(status))
                .findFirst()
                .orElseThrow(() -> new AssertionError(events.toString()));
    }

    @Test
    void aMemberThatCantBeHadIsRefusedAndDoesNotEndTheOthers() {
        List<String> unusable = List.of("nope", "jobs", "jobs?job=a&job=b", "jobs?job=%zz", "", jobStatus(), "jobs?x");
        Joint joint = joint("?" + topic(topic)
                + unusable.stream().map(name -> "&" + status(name)).collect(Collectors.joining()));
        List<JsonObject> told = joint.events().next(unusable.size()).stream()
                .map(event -> json(event.data()))
                .toList();
        assertRefused(byName(told, "nope"), "status", "nope", 404, "nope");
        assertRefused(byName(told, "jobs"), "status", "jobs", 400, "job");
        assertRefused(byName(told, "jobs?job=%zz"), "status", "jobs?job=%zz", 400, "%25");
        assertRefused(byName(told, ""), "status", "", 404, "");
        assertRefused(byName(told, jobStatus()), "status", jobStatus(), 404, "no such status");

        publish("topic", topic, "data", "x");
        assertThat(joint.next().getString("data")).isEqualTo("x");
    }

    @Test
    void anEndedStatusEndsAloneAndMayBeAddedAgain() {
        jobs().set(job, "{\"state\":\"running\"}");
        Joint joint = joint("?" + topic(topic) + "&" + status(jobStatus()));
        joint.next();
        jobs().set(job, "{\"state\":\"done\"}");
        assertThat(joint.next().getString("type")).isEqualTo("update");
        JsonObject end = joint.next();
        assertThat(end.getString("type")).isEqualTo("end");
        assertThat(end.getString("id")).startsWith("end-");
        assertThat(end.getJsonObject("data").getString("state")).isEqualTo("done");

        change(joint, "{\"add\":[{\"status\":\"" + jobStatus() + "\"}]}");
        assertThat(joint.next().getString("type")).isEqualTo("changed");
        assertThat(joint.next().getString("type")).isEqualTo("update");
        assertThat(joint.next().getString("type")).isEqualTo("end");
        publish("topic", topic, "data", "x");
        assertThat(joint.next().getString("data")).isEqualTo("x");
    }

    @Test
    void aStatusThatNeverCameIsOverWhenItsSourceHasNoneAnyMore() {
        jobs().answer(job, 500, "text/plain", "");
        Joint joint = joint("?" + status(jobStatus()) + "&" + topic(topic));
        JsonObject stale = joint.next();
        assertThat(stale.getString("type")).isEqualTo("stale");
        assertThat(stale.containsKey("id")).isFalse();
        jobs().remove(job);
        JsonObject over = joint.next();
        while (over.getString("type").equals("fresh")) {
            over = joint.next();
        }
        assertThat(over.getString("type")).isEqualTo("over");
        assertThat(over.getString("status")).isEqualTo(jobStatus());
        assertThat(over.getJsonObject("data").getString("reason")).isNotBlank();
        publish("topic", topic, "data", "x");
        assertThat(joint.next().getString("data")).isEqualTo("x");
    }

    @Test
    void topicsGoOnExactlyWhereTheClientWasAndStatusesComeWhole() {
        jobs().set(job, "{\"n\":1}");
        String query = "?" + topic(topic) + "&" + topic(topic + "/2") + "&" + status(jobStatus());
        Joint joint = joint(query);
        joint.next();
        publish("topic", topic, "data", "1");
        publish("topic", topic + "/2", "data", "2", "id", "same");
        joint.next();
        String last = joint.events().next().id();
        joint.events().close();
        publish("topic", topic + "/2", "data", "3", "id", "same");
        publish("topic", topic, "data", "4");

        Joint resumed = joint(query, "Last-Event-ID: " + last);
        assertThat(resumed.start()).isEqualTo(last);
        assertThat(resumed.events().header("Last-Event-ID")).isEqualTo(last);
        List<String> got = resumed.events().next(3).stream()
                .map(event -> json(event.data()).get("data").toString())
                .toList();
        assertThat(got).containsExactlyInAnyOrder("\"3\"", "\"4\"", "{\"n\":1}");
        assertThat(got.indexOf("\"3\"")).isLessThan(got.indexOf("\"4\""));
    }

    @Test
    void anIdThatNobodyKnowsIsToldByAGap() {
        publish("topic", topic, "data", "x");
        Joint joint = joint("?" + topic(topic), "Last-Event-ID: nobody's");
        Event gap = joint.events().next();
        assertThat(gap.type()).isEqualTo("message");
        JsonObject told = json(gap.data());
        assertThat(told.keySet()).containsExactly("type", "data");
        assertThat(told.getString("type")).isEqualTo("gap");
        assertThat(told.getJsonObject("data").getString("requested")).isEqualTo("nobody's");
        assertThat(told.getJsonObject("data").getString("resumedAfter")).isEqualTo(gap.id());
        assertThat(joint.next().getString("data")).isEqualTo("x");
    }

    @Test
    void membersChangeWithoutAReconnectionInOrderWithTheStream() {
        jobs().set(job, "{\"n\":1}");
        Joint joint = joint("?" + topic(topic));
        publish("topic", topic, "data", "1");
        JsonObject answer = change(
                joint,
                "{\"add\":[{\"topic\":\"" + topic + "/2\"},{\"status\":\"" + jobStatus()
                        + "\"},{\"status\":\"nope\"}],\"remove\":[{\"topic\":\"" + topic
                        + "\"},{\"topic\":\"never\"}]}");
        assertThat(answer.toString())
                .isEqualTo("{\"change\":1,\"added\":[{\"topic\":\"" + topic + "/2\"},{\"status\":\"" + jobStatus()
                        + "\"}],\"removed\":[{\"topic\":\"" + topic
                        + "\"},{\"topic\":\"never\"}],\"refused\":[{\"status\":\"nope\",\"code\":404,\"reason\":\""
                        + answer.getJsonArray("refused").getJsonObject(0).getString("reason") + "\"}]}");
        publish("topic", topic, "data", "2");
        publish("topic", topic + "/2", "data", "3");

        assertThat(joint.next().getString("data")).isEqualTo("1");
        Event changed = joint.events().next();
        assertThat(changed.data()).isEqualTo("{\"type\":\"changed\",\"change\":1}");
        assertThat(Set.of(
                        joint.next().get("data").toString(),
                        joint.next().get("data").toString()))
                .containsExactlyInAnyOrder("\"3\"", "{\"n\":1}");

        // The id of a change is where the topics go on.
        Joint resumed = joint("?" + topic(topic + "/2") + "&" + topic(topic), "Last-Event-ID: " + changed.id());
        assertThat(resumed.next().getString("data")).isEqualTo("2");
        assertThat(resumed.next().getString("data")).isEqualTo("3");
    }

    @Test
    void anAddedTopicBeginsNowHoweverLongTheStreamHasBeenQuiet() {
        Joint joint = joint("?" + topic(topic));
        for (int i = 0; i < 5; i++) {
            publish("topic", topic + "/2", "data", "before " + i);
        }
        change(joint, "{\"add\":[{\"topic\":\"" + topic + "/2\"}]}");
        publish("topic", topic + "/2", "data", "after");
        assertThat(joint.next().getString("type")).isEqualTo("changed");
        assertThat(joint.next().getString("data")).isEqualTo("after");
    }

    @Test
    void allMembersMayGoAndOthersCome() {
        Joint joint = joint("?" + topic(topic));
        change(joint, "{\"remove\":[{\"topic\":\"" + topic + "\"}]}");
        publish("topic", topic, "data", "nobody's");
        change(joint, "{\"add\":[{\"topic\":\"" + topic + "\"}]}");
        publish("topic", topic, "data", "mine");
        JsonObject event = joint.next();
        while (event.getString("type").equals("changed")) {
            event = joint.next();
        }
        assertThat(event.getString("data")).isEqualTo("mine");
    }

    @Test
    void addingAMemberThatIsThereSendsNothingAndRemovingItAlsoSendsItAnew() {
        jobs().set(job, "1");
        Joint joint = joint("?" + status(jobStatus()));
        joint.next();
        String entry = "[{\"status\":\"" + jobStatus() + "\"}]";
        assertThat(change(joint, "{\"add\":" + entry + "}")
                        .getJsonArray("added")
                        .toString())
                .isEqualTo(entry);
        assertThat(joint.next().getString("type")).isEqualTo("changed");
        change(joint, "{\"add\":" + entry + ",\"remove\":" + entry + "}");
        assertThat(joint.next().getInt("change")).isEqualTo(2);
        assertThat(joint.next().getString("type")).isEqualTo("update");
    }

    @Test
    void onlyItsOwnerChangesAStream() {
        String token = "{\"sub\":\"ann\",\"n\":1,\"mercure\":{\"subscribe\":[\"a\"]}}";
        Joint joint = joint("?" + topic(topic), Tokens.header(Tokens.of(token)));
        String body = "{\"add\":[{\"topic\":\"x\"}]}";
        for (String other : List.of(token.replace("ann", "bob"), token.replace("[\"a\"]", "[\"b\"]"))) {
            assertProblem(
                    patch(joint.session(), body, Tokens.header(Tokens.of(other))), 403, "forbidden", "another token");
        }
        assertProblem(patch(joint.session(), body), 403, "forbidden", "another token");
        assertProblem(patch(joint.session(), body, Tokens.header("a.b.c")), 401, "unauthorized", "");
        Joint anonymous = joint("?" + topic(topic));
        assertProblem(
                patch(anonymous.session(), body, Tokens.header(Tokens.of(token))), 403, "forbidden", "another token");

        change(joint, body, Tokens.header(Tokens.of(token.replace("\"n\":1", "\"n\":2"))));
    }

    @Test
    void aSessionEndsWithItsStream() {
        Joint joint = joint("?" + topic(topic));
        change(joint, "{}");
        assertProblem(patch("A".repeat(32), "{}"), 404, "not-found", "GET /events");
        assertProblem(patch(joint.session().substring(1), "{}"), 404, "not-found", "");
        joint.events().close();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            publish("topic", topic, "data", "shows that the client has left");
            assertThat(patch(joint.session(), "{}").status()).isEqualTo(404);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                   | JSON value
            {                                    | JSON value
            {} {}                                | JSON value
            []                                   | object
            {"add":{}}                           | 'add'
            {"remove":"x"}                       | 'remove'
            {"add":[1]}                          | 'add'
            {"add":[{}]}                         | 'add'
            {"add":[{"topic":1}]}                | 'add'
            {"add":[{"topic":"a","status":"b"}]} | 'add'
            {"remove":[{"other":"a"}]}           | 'remove'
            {"add":[],"also":[]}                 | 'add' and 'remove'
            """)
    void aMalformedChangeIs400AndChangesNothing(String body, String words) {
        Joint joint = joint("?" + topic(topic));
        assertProblem(patch(joint.session(), body), 400, "bad-request", words);
        assertThat(change(joint, "{}").getInt("change")).isEqualTo(1);
    }

    @Test
    void aChangeIsBoundedInSizeAndNumberAndNesting() {
        Joint joint = joint("?" + topic(topic));
        String large = "{\"add\":[{\"topic\":\"" + "a".repeat(HttpSuite.MOST_EVENT_BYTES) + "\"}]}";
        assertProblem(patch(joint.session(), large), 413, "too-large", "");
        assertProblem(patch(joint.session(), "{\"add\":" + "[".repeat(5000)), 400, "bad-request", "");
        assertProblem(patch(joint.session(), entries(HttpSuite.MOST_MEMBERS + 1)), 400, "bad-request", "members");
        assertThat(patchAs(joint.session(), "Content-Type: text/plain", "{}").status())
                .isEqualTo(415);

        JsonObject full = change(joint, entries(HttpSuite.MOST_MEMBERS));
        assertThat(full.getJsonArray("added")).hasSize(HttpSuite.MOST_MEMBERS - 1);
        assertThat(full.getJsonArray("refused").getJsonObject(0).getString("reason"))
                .contains("fanfare.limits.members");
        publish("topic", topic + "/1", "data", "x");
        assertThat(joint.next().getString("type")).isEqualTo("changed");
        assertThat(joint.next().getString("topic")).isEqualTo(topic + "/1");
    }

    private String entries(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"topic\":\"" + topic + "/" + i + "\"}")
                .collect(Collectors.joining(",", "{\"add\":[", "]}"));
    }

    @Test
    void aLongNameIsRefusedAndTheStreamGoesOn() {
        Joint joint = joint("?" + topic(topic));
        String longName = "a".repeat(20_000);
        JsonObject answer = change(
                joint, "{\"add\":[{\"topic\":\"" + longName + "\"},{\"status\":\"jobs?job=" + longName + "\"}]}");
        assertThat(answer.getJsonArray("added")).isEmpty();
        assertThat(answer.getJsonArray("refused").getValuesAs(JsonObject.class))
                .extracting(refused -> refused.getInt("code"))
                .containsExactly(400, 400);
    }

    @Test
    void namesOfAnySignsComeBackAsTheyWereGiven() {
        String name = "a\"b\\c</script>\u20ac\ud83d\ude00&=?";
        Joint joint = joint("?" + topic(topic + name) + "&" + status(name));
        assertRefused(joint.next(), "status", name, 404, "");
        publish("topic", topic + name, "data", "x");
        assertThat(joint.next().getString("topic")).isEqualTo(topic + name);
    }

    @Test
    void aMemberThatIsGivenTwiceComesOnce() {
        jobs().set(job, "1");
        Joint joint = joint("?" + topic(topic) + "&" + topic(topic) + "&" + status(jobStatus()) + "&"
                + status(jobStatus()) + "&" + status("jobs?job=" + job + "&ignore=/x"));
        assertThat(Set.of(joint.next().getString("status"), joint.next().getString("status")))
                .containsExactlyInAnyOrder(jobStatus(), jobStatus() + "&ignore=/x");
        publish("topic", topic, "data", "x");
        publish("topic", topic, "data", "y");
        assertThat(joint.next().getString("data")).isEqualTo("x");
        assertThat(joint.next().getString("data")).isEqualTo("y");
    }

    @Test
    void aStatusMayComeAsPatches() {
        jobs().set(job, "{\"n\":1,\"text\":\"" + "long ".repeat(50) + "\"}");
        Joint joint = joint("?" + status(jobStatus() + "&form=merge-patch"));
        assertThat(joint.next().getString("type")).isEqualTo("update");
        jobs().set(job, "{\"n\":2,\"text\":\"" + "long ".repeat(50) + "\"}");
        JsonObject patch = joint.next();
        assertThat(patch.getString("type")).isEqualTo("patch");
        assertThat(patch.getJsonObject("data").toString()).isEqualTo("{\"n\":2}");
    }

    @Test
    void whatIsNoStreamAtAllIsAnsweredAsOnOtherStreams() {
        String accept = "Accept: text/event-stream";
        assertProblem(get("/events", accept), 400, "bad-request", "'topic' or 'status'");
        assertProblem(get("/events?" + topic(topic) + "&heartbeat=1ms", accept), 400, "bad-request", "heartbeat");
        String many = IntStream.range(0, HttpSuite.MOST_MEMBERS + 1)
                .mapToObj(i -> "status=" + i)
                .collect(Collectors.joining("&"));
        assertProblem(get("/events?" + many, accept), 400, "bad-request", "fanfare.limits.members");
        assertProblem(get("/events?" + topic(topic), accept, Tokens.header("a.b.c")), 401, "unauthorized", "");
        RawHttp.Answer guarded = get("/events?" + status("guarded?job=1"), accept);
        assertProblem(guarded, 401, "unauthorized", "need a token");
        assertThat(guarded.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(request("PUT", "/events?" + topic(topic)).status()).isEqualTo(405);
    }

    @Test
    void headAnswersTheHeadAndEnds() {
        RawHttp.Answer head = request("HEAD", "/events?" + topic(topic));
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Type")).startsWith("text/event-stream");
        assertThat(request("HEAD", "/events").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-Fetch-Mode: cors", "User-Agent: Mozilla/5.0"})
    void aQuietStreamMovesTheClientsIdAndHasHeartbeats(String browser) {
        Joint joint = joint("?" + topic(topic), browser);
        String id = publish("topic", topic + "/other", "data", "x");
        joint.events().awaitText("id: " + id + "\n\n");
        joint.events().awaitComments(3);
    }

    @Test
    void aPageOfAnotherOriginMayChangeItsStream() {
        String origin = "Origin: " + HttpSuite.ALLOWED_ORIGIN;
        Joint joint = joint("?" + topic(topic), origin);
        RawHttp.Answer preflight = request(
                "OPTIONS",
                "/events/" + joint.session(),
                origin,
                "Access-Control-Request-Method: PATCH",
                "Access-Control-Request-Headers: content-type");
        assertThat(preflight.status()).as(preflight.body()).isEqualTo(204);
        assertThat(preflight.header("Access-Control-Allow-Methods")).isEqualTo("GET, PATCH");
        assertThat(request("OPTIONS", "/stream", origin, "Access-Control-Request-Method: PATCH")
                        .status())
                .isEqualTo(400);
        assertThat(request(
                                "OPTIONS",
                                "/events/" + joint.session(),
                                "Origin: http://evil.example",
                                "Access-Control-Request-Method: PATCH")
                        .status())
                .isEqualTo(400);
        assertThat(patch(joint.session(), "{}", origin).header("Access-Control-Allow-Origin"))
                .isEqualTo(HttpSuite.ALLOWED_ORIGIN);
    }
}
