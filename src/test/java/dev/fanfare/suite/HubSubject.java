package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A part of the suite that is about the hub. */
abstract class HubSubject extends Subject {
    static final String HUB = "/.well-known/mercure";
    static final String FORM = "application/x-www-form-urlencoded";

    /** A topic that no other test has. */
    final String topic = "https://example.com/" + UUID.randomUUID();

    HubSubject(HttpSuite suite) {
        super(suite);
    }

    /** A form of names and values in turn. */
    static String form(String... namesAndValues) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.append(i == 0 ? "" : "&").append(encoded(namesAndValues[i])).append('=');
            form.append(encoded(namesAndValues[i + 1]));
        }
        return form.toString();
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Sends a body as whoever may publish everything. */
    RawHttp.Answer post(String type, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(Tokens.header(Tokens.publisher("*")));
        return postAs(type, body, all);
    }

    RawHttp.Answer postAs(String type, String body, List<String> headers) {
        List<String> all = new ArrayList<>(headers);
        all.add("Content-Type: " + type);
        RawHttp.Answer answer = RawHttp.request(host().port(), "POST", host().target(HUB), all, body);
        assertDocumented("POST", HUB, answer.status());
        return answer;
    }

    /** Publishes what must be good; returns the id. */
    String publish(String... namesAndValues) {
        RawHttp.Answer answer = post(FORM, form(namesAndValues));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    /** Subscribes to these selectors; returns when events would arrive. */
    EventStream subscribe(String... selectors) {
        return subscribe(List.of(selectors));
    }

    EventStream subscribe(List<String> selectors, String... headers) {
        EventStream stream = open(query(selectors), headers);
        stream.awaitText("\nretry: "); // not the empty lines that RESTEasy begins with
        return stream;
    }

    static String query(List<String> selectors) {
        StringBuilder query = new StringBuilder(HUB);
        for (String selector : selectors) {
            query.append(query.indexOf("?") < 0 ? "?" : "&").append("topic=").append(encoded(selector));
        }
        return query.toString();
    }
}
