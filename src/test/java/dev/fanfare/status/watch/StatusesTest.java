package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.fanfare.status.ParamsReader;
import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.Reading;
import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.Status;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.TooManyWatches;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordedLog;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What clients get of a status that a source tells or somebody pushes, and how long it is kept. */
class StatusesTest extends StatusesFixture {
    @Test
    void theFirstClientGetsTheStatusAfterOnePoll() {
        source.says(QUEUED);
        RecordingOutlet client = join("1");
        client.awaitEvents(1);
        assertThat(client.text())
                .matches(":\nretry: [3-6][0-9]{4}\nevent: update\nid: "
                        + Pattern.quote(id(QUEUED) + "\ndata: " + QUEUED + "\n\n"));
        assertThat(source.reads()).isEqualTo(1);
    }

    @Test
    void onePollServesAllWhoWatchTheSame() {
        source.says(QUEUED);
        List<RecordingOutlet> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(join("1"));
        }
        assertThat(source.reads()).isEqualTo(1);
        source.says(RUNNING);
        ticker.advance(EVERY);
        assertThat(source.reads()).isEqualTo(2);
        clients.forEach(client -> {
            client.awaitEvents(2);
            assertThat(client.events()).containsExactly(update(QUEUED), update(RUNNING));
        });
        assertThat(statuses.watches()).isEqualTo(1);
    }

    @Test
    void anUpdateComesOnlyWhenTheValueHasChanged() {
        source.says("{\"a\":1,\"b\":2}");
        RecordingOutlet client = join("1");
        source.says("{ \"b\" : 2.0 , \"a\" : 1 }");
        ticker.advance(EVERY);
        source.says("{\"a\":1,\"b\":3}");
        ticker.advance(EVERY);
        client.awaitEvents(2);
        assertThat(client.events()).containsExactly(update("{\"a\":1,\"b\":2}"), update("{\"a\":1,\"b\":3}"));
    }

    @Test
    void whatIsIgnoredIsNoChangeButIsInTheData() {
        ScriptedSource clocked = new ScriptedSource().says("{\"at\":1,\"n\":1}");
        statuses.register(
                "clocked", clocked, SourceSettings.builder().ignore("/at").build());
        StatusUrl url = statuses.url("clocked", Map.of());
        RecordingOutlet client = new RecordingOutlet();
        statuses.join(url, null, client, reason -> {});
        client.awaitEvents(1);
        clocked.says("{\"at\":2,\"n\":1}");
        ticker.advance(EVERY);
        clocked.says("{\"at\":3,\"n\":2}");
        ticker.advance(EVERY);
        client.awaitEvents(2);
        assertThat(client.events())
                .extracting(Received::data)
                .containsExactly("{\"at\":1,\"n\":1}", "{\"at\":3,\"n\":2}");
    }

    @Test
    void aClientThatHasTheCurrentStatusGetsNothingUntilItChanges() {
        source.says(QUEUED);
        RecordingOutlet client = join("1", id(QUEUED));
        ticker.advance(EVERY);
        source.says(RUNNING);
        ticker.advance(EVERY);
        client.awaitEvents(1);
        assertThat(client.events()).containsExactly(update(RUNNING));
    }

    @Test
    void aClientThatComesBeforeTheFirstStatusIsKnownGetsNothingUntilThatChangesIfItHasIt() {
        CompletableFuture<Reading> slow = new CompletableFuture<>();
        source.answers(() -> slow);
        RecordingOutlet hasIt = new RecordingOutlet();
        RecordingOutlet hasNone = new RecordingOutlet();
        statuses.join(url("1"), id(QUEUED), hasIt, reason -> {});
        statuses.join(url("1"), null, hasNone, reason -> {});
        slow.complete(Reading.of(ScriptedSource.json(QUEUED)));
        hasNone.awaitEvents(1);
        for (String next : List.of(RUNNING, QUEUED)) {
            source.says(next);
            ticker.advance(EVERY);
        }

        hasNone.awaitEvents(3);
        hasIt.awaitEvents(2);
        assertThat(hasNone.events()).containsExactly(update(QUEUED), update(RUNNING), update(QUEUED));
        assertThat(hasIt.events()).containsExactly(update(RUNNING), update(QUEUED));
    }

    @Test
    void aClientWithAnyOtherIdGetsTheCurrentStatusOnce() {
        source.says(RUNNING);
        RecordingOutlet client = join("1", id(QUEUED));
        ticker.advance(EVERY.multipliedBy(3));
        client.awaitEvents(1);
        assertThat(client.events()).containsExactly(update(RUNNING));
    }

    @Test
    void theEndFollowsTheLastUpdateAndTheStreamsEnd() {
        source.says(RUNNING);
        RecordingOutlet client = join("1");
        source.says(DONE);
        ticker.advance(EVERY);
        client.awaitEnd();
        assertThat(client.events()).containsExactly(update(RUNNING), update(DONE), end(DONE));
        ticker.advance(Duration.ofSeconds(30));
        assertThat(source.reads()).as("an ended status is not polled").isEqualTo(2);
    }

    @Test
    void whoComesLateGetsTheFinalUpdateAndTheEnd() {
        source.says(DONE);
        RecordingOutlet first = join("1");
        RecordingOutlet second = join("1", id(DONE));
        first.awaitEnd();
        second.awaitEnd();
        assertThat(first.events()).containsExactly(update(DONE), end(DONE));
        assertThat(second.events()).containsExactly(end(DONE));
        assertThat(source.reads()).isEqualTo(1);
    }

    @Test
    void aClientThatNamesTheEndOfAStatusThatGoesOnGetsTheCurrentOne() {
        source.says(RUNNING);
        RecordingOutlet client = join("1", "end-" + id(RUNNING));
        client.awaitEvents(1);
        assertThat(client.events()).containsExactly(update(RUNNING));
    }

    @Test
    void aClientThatNamesTheEndIsToldThatItIsOver() {
        source.says(DONE);
        join("1").awaitEnd();
        assertThat(admit("1", "end-" + id(DONE))).isEqualTo(Admission.OVER);
        assertThat(admit("1", "end-" + id(RUNNING))).isEqualTo(Admission.STREAM);
    }

    @Test
    void afterTheWatchWasForgottenOnePollTellsWhetherItIsOver() {
        source.says(DONE);
        assertThat(admit("1", "end-" + id(DONE))).isEqualTo(Admission.OVER);
        ticker.advance(Duration.ofSeconds(61));
        assertThat(statuses.watches()).isZero();
        assertThat(admit("1", "end-" + id(DONE))).isEqualTo(Admission.OVER);
        assertThat(source.reads()).isEqualTo(2);
        ticker.advance(Duration.ofSeconds(61));
        source.says(QUEUED);
        assertThat(admit("1", "end-" + id(DONE))).as("the job runs again").isEqualTo(Admission.STREAM);
    }

    @Test
    void anEndedStatusIsForgottenHoweverManyComeLate() {
        source.says(DONE);
        for (int i = 0; i < 10; i++) {
            join("1").awaitEnd();
            ticker.advance(Duration.ofSeconds(10));
        }
        assertThat(source.reads()).isEqualTo(2);
    }

    @Test
    void aStatusThatTheSourceDoesNotKnowIsMissingAndKeepsNoPlace() {
        source.says(new Reading.Gone());
        assertThat(admit("1", null)).isEqualTo(Admission.MISSING);
        assertThat(snapshot("1")).isEqualTo(new Snapshot.Missing());
        assertThat(statuses.watches()).isZero();
    }

    @Test
    void aStatusThatGoesHasEndedWithTheLastOneKnown() {
        source.says(RUNNING);
        RecordingOutlet client = join("1");
        source.says(new Reading.Gone());
        ticker.advance(EVERY);
        client.awaitEnd();
        assertThat(client.events()).containsExactly(update(RUNNING), end(RUNNING));
        assertThat(admit("1", "end-" + id(RUNNING))).isEqualTo(Admission.OVER);
    }

    @Test
    void watchesThatBeginTogetherDoNotPollTogether() {
        try (Statuses spread = new Statuses(loops, () -> 0.0)) {
            spread.register("jobs", source.says(QUEUED), settings().build());
            spread.join(spread.url("jobs", Map.of("job", List.of("1"))), null, new RecordingOutlet(), reason -> {});
            ticker.advance(Duration.ofMillis(2500));
            assertThat(source.reads()).isEqualTo(2);
            ticker.advance(Duration.ofMillis(4900));
            assertThat(source.reads()).isEqualTo(2);
            ticker.advance(Duration.ofMillis(100));
            assertThat(source.reads()).isEqualTo(3);
        }
    }

    @Test
    void pollingEndsSomeTimeAfterTheLastClientHasLeft() {
        source.says(QUEUED);
        RecordingOutlet first = join("1");
        ticker.advance(EVERY);
        leave(first);
        ticker.advance(Duration.ofSeconds(30));
        int reads = source.reads();
        RecordingOutlet second = join("1");
        second.awaitEvents(1);
        assertThat(source.reads()).as("known, so no poll on joining").isEqualTo(reads);
        leave(second);
        ticker.advance(Duration.ofSeconds(59));
        assertThat(statuses.watches()).isEqualTo(1);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(statuses.watches()).isZero();
        reads = source.reads();
        ticker.advance(Duration.ofMinutes(10));
        assertThat(source.reads()).isEqualTo(reads);
    }

    @Test
    void aSnapshotAloneIsOnePoll() {
        source.says(QUEUED);
        assertThat(snapshot("1"))
                .isEqualTo(
                        new Snapshot.Known(new Status(id(QUEUED), QUEUED, false), ManualTicker.BEGIN, Duration.ZERO));
        assertThat(snapshot("1")).isInstanceOf(Snapshot.Known.class);
        ticker.advance(Duration.ofMinutes(1));
        assertThat(source.reads()).isEqualTo(1);
        assertThat(statuses.watches()).isZero();
    }

    @Test
    void aPushedStatusReachesThoseWhoWatchIt() {
        statuses.registerPushed("builds", settings().build());
        Map<String, String> params = Map.of("job", "1");
        StatusUrl url = statuses.url("builds", Map.of("job", List.of("1")));
        assertThat(statuses.admit(url, null)).as("it waits").isCompletedWithValue(Admission.STREAM);
        statuses.set("builds", params, ScriptedSource.json(QUEUED));
        RecordingOutlet client = new RecordingOutlet();
        statuses.join(url, null, client, reason -> {});
        statuses.set("builds", params, ScriptedSource.json(QUEUED));
        statuses.set("builds", params, ScriptedSource.json(RUNNING));
        assertThat(statuses.end("builds", params)).isCompletedWithValue(true);
        assertThat(statuses.end("builds", params)).isCompletedWithValue(false);
        client.awaitEnd();
        assertThat(client.events()).containsExactly(update(QUEUED), update(RUNNING), end(RUNNING));
        statuses.set("builds", params, ScriptedSource.json(QUEUED));
        assertThat(statuses.admit(url, "end-" + id(RUNNING)))
                .as("it begins anew")
                .isCompletedWithValue(Admission.STREAM);
    }

    @Test
    void aPushedStatusStaysUntilItHasEnded() {
        statuses.registerPushed("builds", settings().maxWatches(1).build());
        statuses.set("builds", Map.of("job", "1"), JsonValue.TRUE);
        ticker.advance(Duration.ofDays(10));
        assertThat(statuses.watches()).isEqualTo(1);
        assertThatThrownBy(() -> statuses.set("builds", Map.of("job", "2"), JsonValue.TRUE))
                .isInstanceOf(TooManyWatches.class);
        statuses.end("builds", Map.of("job", "1"));
        ticker.advance(Duration.ofSeconds(61));
        assertThat(statuses.watches()).isZero();
        assertThat(statuses.end("builds", Map.of("job", "9"))).isCompletedWithValue(false);
    }

    @Test
    void askingForPushedStatusesThatNobodySetKeepsNoPlaces() {
        statuses.registerPushed("builds", settings().build());
        for (int i = 0; i < 100; i++) {
            statuses.snapshot(statuses.url("builds", Map.of("job", List.of("" + i))));
        }
        ticker.advance(Duration.ofSeconds(10));
        assertThat(statuses.watches()).isZero();
    }

    @Test
    void onlyPushedStatusesCanBeSet() {
        assertThatThrownBy(() -> statuses.set("jobs", Map.of("job", "1"), JsonValue.TRUE))
                .hasMessageContaining("polled");
        assertThatThrownBy(() -> statuses.end("nope", Map.of())).isInstanceOf(UnknownSource.class);
    }

    @Test
    void namesOfSourcesAreCheckedAndUnique() {
        for (String name : List.of("stream", "", "Jobs", "1a", "a_b", "a/b")) {
            assertThatThrownBy(() -> statuses.register(name, source, settings().build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + name + "'");
        }
        assertThatThrownBy(() -> statuses.registerPushed("jobs", settings().build()))
                .hasMessageContaining("two status sources 'jobs'");
    }

    @Test
    void aUrlIsTheTopicWithSortedAndEncodedParameters() {
        statuses.register(
                "two", source, SourceSettings.builder().params("b", "a").build());
        assertThat(statuses.url("two", Map.of("b", List.of("ü/ &"), "a", List.of("1"), "form", List.of("x", "y")))
                        .topic()
                        .value())
                .isEqualTo("/status/two?a=1&b=%C3%BC%2F%20%26");
        statuses.register("none", source, SourceSettings.builder().build());
        assertThat(statuses.url("none", Map.of())).hasToString("/status/none");
    }

    @Test
    void parametersThatAreWrongAreRefusedWithWhatWouldBeRight() {
        statuses.register(
                "strict",
                source,
                SourceSettings.builder()
                        .params("id")
                        .patterns(Map.of("id", Pattern.compile("[0-9]+")))
                        .build());
        assertRefused(Map.of(), "'id' is missing; 'strict' takes id");
        assertRefused(Map.of("id", List.of("1"), "x", List.of("1")), "no parameter 'x'; 'strict' takes id");
        assertRefused(Map.of("id", List.of("1", "1")), "given 2 times");
        assertRefused(Map.of("id", List.of("")), "no value");
        assertRefused(Map.of("id", List.of("1".repeat(1025))), "1025 bytes");
        assertRefused(Map.of("id", List.of("1x")), "does not match [0-9]+");
        assertRefused(Map.of("x".repeat(5000), List.of("1")), "…");
        assertThatThrownBy(() -> url("\ud800")).hasMessageContaining("surrogate");
        assertThatThrownBy(() -> statuses.url("nope", Map.of()))
                .isInstanceOf(UnknownSource.class)
                .hasMessageContaining("'nope'");
    }

    /** One that tries each way to cut a thousand signs into thirty pieces would try for ages. */
    @Test
    void aPatternThatIsTooCostlyForAValueRefusesItAndTheLogSaysSoOnce() {
        statuses.register(
                "strict",
                source,
                SourceSettings.builder()
                        .params("id")
                        .patterns(Map.of("id", Pattern.compile("(.*a){30}")))
                        .build());
        try (RecordedLog log = new RecordedLog(ParamsReader.class.getName())) {
            assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
                for (int i = 0; i < 3; i++) {
                    assertRefused(Map.of("id", List.of("a".repeat(1000) + "!")), "does not match (.*a){30}");
                }
            });
            assertThat(log.count(Level.WARNING)).isEqualTo(1);
        }
    }

    private void assertRefused(Map<String, List<String>> query, String message) {
        assertThatThrownBy(() -> statuses.url("strict", query))
                .isInstanceOf(ParamsRefused.class)
                .hasMessageContaining(message);
    }

    @Test
    void halfASurrogatePairReachesClientsAsItCame() {
        source.says("{\"name\":\"\\ud800\"}");
        RecordingOutlet client = join("1");
        client.awaitEvents(1);
        assertThat(client.events().get(0).data()).isEqualTo("{\"name\":\"\\ud800\"}");
    }

    @Test
    void aStatusMayChangeItsType() {
        source.says("{\"n\":1}");
        RecordingOutlet client = join("1");
        for (String next : List.of("[1]", "\"1\"", "1", "null", "true", "{}")) {
            source.says(next);
            ticker.advance(Duration.ofSeconds(6));
        }
        client.awaitEvents(7);
        assertThat(client.events())
                .extracting(Received::data)
                .containsExactly("{\"n\":1}", "[1]", "\"1\"", "1", "null", "true", "{}");
    }

    @Test
    void closingStopsPollsAndTellsThoseWhoWait() {
        source.answers(CompletableFuture::new);
        CompletableFuture<Admission> waiting = statuses.admit(url("1"), null).toCompletableFuture();
        statuses.close();
        assertThat(waiting).isCompletedExceptionally();
        assertThatThrownBy(() -> statuses.admit(url("1"), null)).isInstanceOf(IllegalStateException.class);
        ticker.advance(Duration.ofHours(1));
        assertThat(source.reads()).isEqualTo(1);
    }

    @Test
    void aClientThatReadsNothingForAWhileGetsTheNewestStatusAndTheEnd() {
        source.says("{\"n\":0}");
        RecordingOutlet client = join("1");
        client.awaitEvents(1);
        client.refuse();
        for (int i = 1; i <= 5; i++) {
            source.says("{\"n\":" + i + "}");
            ticker.advance(EVERY);
        }
        source.says(DONE);
        ticker.advance(EVERY);
        client.accept();
        client.awaitEnd();
        assertThat(client.events()).endsWith(update(DONE), end(DONE)).doesNotHaveDuplicates();
    }
}
