package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.Event;
import dev.fanfare.testing.RawHttp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client may ask for beside a source's parameters. */
abstract class StatusRulesSuite extends Subject {

    StatusRulesSuite(HttpSuite suite) {
        super(suite);
    }

    @Test
    void aClientHasRulesOfItsOwn() {
        jobs().set(job, "{\"price\":100,\"ts\":1}");
        EventStream all = open(statusStream(job));
        EventStream calm = open(statusStream(job) + "&ignore=/ts&deadband=/price:5pct");
        all.next();
        calm.next();

        jobs().set(job, "{\"price\":100,\"ts\":2}");
        assertThat(all.next().data()).contains("\"ts\":2");
        jobs().set(job, "{\"price\":104,\"ts\":2}");
        assertThat(all.next().data()).contains("104");
        jobs().set(job, "{\"price\":106,\"ts\":2}");

        assertThat(calm.next().data()).contains("106");
    }

    @Test
    void changesComeAsPatchesAfterAWholeStatus() {
        jobs().set(job, "{\"a\":1,\"b\":1}");
        EventStream merge = open(statusStream(job) + "&form=merge-patch");
        EventStream patch = open(statusStream(job) + "&form=json-patch");
        assertThat(merge.next().type()).isEqualTo("update");
        assertThat(patch.next().type()).isEqualTo("update");

        jobs().set(job, "{\"a\":2,\"b\":1}");

        Event merged = merge.next();
        Event patched = patch.next();
        assertThat(merged.type()).isEqualTo("patch");
        assertThat(merged.data()).isEqualTo("{\"a\":2}");
        assertThat(patched.data()).isEqualTo("[{\"op\":\"replace\",\"path\":\"/a\",\"value\":2}]");
        assertThat(patched.id()).isEqualTo(merged.id());
        assertThat(open(statusStream(job) + "&form=merge-patch", "Last-Event-ID: " + merged.id())
                        .next()
                        .type())
                .as("nobody knows what text a client patches that comes back")
                .isEqualTo("update");
    }

    @Test
    void heartbeatsAreEventsForWhoAsksForThem() {
        jobs().set(job, "{\"a\":1}");
        EventStream stream = open(statusStream(job) + "&heartbeat=event");
        Event update = stream.next();
        while (update.type().equals("heartbeat")) { // the update is still to come
            assertThat(json(update.data())).containsKey("asOf");
            update = stream.next();
        }

        Event heartbeat = stream.next();

        assertThat(heartbeat.type()).isEqualTo("heartbeat");
        assertThat(heartbeat.id()).isEqualTo(update.id());
        assertThat(Instant.parse(json(heartbeat.data()).getString("asOf"))).isBeforeOrEqualTo(Instant.now());
    }

    @Test
    void aSnapshotHasItsAge() {
        jobs().set(job, "{\"a\":1}");

        // One that a busy machine has held up has another age by then.
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            RawHttp.Answer answer = get(snapshot(job));
            assertThat(Integer.parseInt(answer.header("Age"))).isBetween(0, 10);
            assertThat(ZonedDateTime.parse(answer.header("Last-Modified"), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant())
                    .isBetween(Instant.now().minusSeconds(60), Instant.now());
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ignore=ts               | 'ts' is not a JSON Pointer
            ignore=                 | -
            deadband=/price         | 'deadband' can't be used: '/price' is not a dead-band
            deadband=/price:-1      | not a dead-band
            deadband=price:1        | not a JSON Pointer
            min-interval=2          | such as 500ms
            min-interval=2h         | up to 1h
            min-interval=1s&min-interval=2s | 2 times
            debounce=fast           | such as 500ms
            form=xml                | whole, merge-patch, json-patch
            heartbeat=never         | comment, event
            """)
    void rulesThatCantBeReadAre400(String query, String words) {
        jobs().set(job, "{}");
        if (words.equals("-")) {
            assertThat(get(snapshot(job) + "&" + query).status()).isEqualTo(200);
        } else {
            assertProblem(get(snapshot(job) + "&" + query), 400, "bad-request", words);
            assertProblem(get(statusStream(job) + "&" + query, "Accept: text/event-stream"), 400, "bad-request", words);
        }
    }

    @Test
    void aWatchHasSixteenRuleSetsAtMost() {
        jobs().set(job, "{}");
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            streams.add(open(statusStream(job) + "&ignore=/" + i));
        }
        streams.forEach(EventStream::next);

        RawHttp.Answer refused = get(statusStream(job) + "&ignore=/16", "Accept: text/event-stream");
        assertThat(refused.status()).as("an EventSource survives it").isEqualTo(200);
        assertThat(refused.header("Fanfare-Refused")).isEqualTo("full-for-rules");
        assertProblem(get(statusStream(job) + "&ignore=/16"), 503, "unavailable", "rules");
        assertThat(open(statusStream(job)).next().type()).isEqualTo("update");
        assertThat(open(statusStream(job) + "&ignore=/7").next().type()).isEqualTo("update");
    }
}
