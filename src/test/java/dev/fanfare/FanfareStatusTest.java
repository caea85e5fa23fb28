package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.testing.OwnApplication;
import dev.fanfare.testing.RecordingOutlet.Received;
import dev.fanfare.testing.StreamClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statuses in somebody's own application. */
@Timeout(240)
class FanfareStatusTest {
    private static final Map<String, String> JOB = Map.of("job", "42");
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final SourceSettings SETTINGS =
            SourceSettings.builder().params("job").end("/state=done").build();

    private final Fanfare fanfare = Fanfare.create();
    private String source = "jobs";
    private Map<String, String> params = JOB;
    private final OwnApplication application =
            new OwnApplication((sink, lastEventId) -> fanfare.watch(sink, lastEventId, source, params));

    @BeforeEach
    void addSource() {
        fanfare.source("jobs", SETTINGS);
    }

    @AfterEach
    void close() {
        fanfare.close();
        application.close();
    }

    private StreamClient watch() {
        return application.client().read().awaitText("retry:");
    }

    private StreamClient watchAgain(@Nullable String lastEventId) {
        return application.client("Last-Event-ID: " + lastEventId);
    }

    private void set(String json) {
        assertThat(fanfare.set("jobs", JOB, json)).succeedsWithin(WAIT);
    }

    private static List<String> types(StreamClient client) {
        return client.events().stream().map(Received::type).toList();
    }

    @Test
    void whoWatchesGetsTheStatusAndThenWhatDiffers() {
        set("{\"n\": 1}");
        StreamClient client = watch();
        client.awaitEvents(1);
        set("{\"n\": 1.0, \"n\": 1}");
        set("  {\"n\":1}  ");
        set("{\"n\": 2, \"m\": null}");
        set("{\"m\": null, \"n\": 2}");
        set("{\"n\": 3}");
        client.awaitEvents(3);
        assertThat(types(client)).containsOnly("update");
        assertThat(client.data().stream().map(data -> data.replaceAll("\\s", "")))
                .containsExactly("{\"n\":1}", "{\"n\":2,\"m\":null}", "{\"n\":3}");
    }

    @Test
    void anyJsonValueIsAStatus() {
        List<String> values = List.of("1", "\"text\"", "true", "null", "[]", "[1, 2]", "{}");
        set(values.get(0));
        StreamClient client = watch();
        values.forEach(this::set);
        client.awaitEvents(values.size());
        assertThat(client.data().stream().map(data -> data.replace(" ", "")))
                .containsExactly("1", "\"text\"", "true", "null", "[]", "[1,2]", "{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "{} {}", "{}x", "1 2", "nul", "{'a': 1}", "[1,]", "\"a", "01", "{} ]", "NaN"})
    void whatIsNotOneJsonValueIsRefusedAndChangesNothing(String text) {
        set("{\"n\": 1}");
        assertThatThrownBy(() -> set(text)).isInstanceOf(IllegalArgumentException.class);
        StreamClient client = watch();
        assertThat(client.awaitEvents(1).data()).containsExactly("{\"n\":1}");
    }

    @Test
    void whatWouldCostMoreThanItsLengthIsRefused() {
        assertThatThrownBy(() -> set("[".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nested");
        assertThatThrownBy(() -> set("1".repeat(1000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("number");
    }

    @Test
    void aStatusThatMeetsTheConditionEnds() {
        set("{\"state\": \"busy\"}");
        StreamClient client = watch();
        client.awaitEvents(1);
        set("{\"state\": \"done\"}");
        assertThat(client.awaitEnd()).isEqualTo(StreamClient.End.COMPLETE);
        assertThat(types(client)).containsExactly("update", "update", "end");
    }

    @Test
    void aStatusIsEndedByHandOnce() {
        assertThat(fanfare.end("jobs", JOB)).succeedsWithin(WAIT).isEqualTo(false);
        set("{\"state\": \"busy\"}");
        StreamClient client = watch();
        client.awaitEvents(1);
        assertThat(fanfare.end("jobs", JOB)).succeedsWithin(WAIT).isEqualTo(true);
        assertThat(fanfare.end("jobs", JOB)).succeedsWithin(WAIT).isEqualTo(false);
        assertThat(client.awaitEnd()).isEqualTo(StreamClient.End.COMPLETE);
        assertThat(types(client)).containsExactly("update", "end");
    }

    @Test
    void whoWasToldOfTheEndIsAnsweredWith204() {
        set("{\"state\": \"done\"}");
        StreamClient client = watch();
        client.awaitEnd();
        assertThat(client.lastEventId()).startsWith("end-");
        assertThat(watchAgain(client.lastEventId()).status()).isEqualTo(204);
        StreamClient late = watchAgain("something else").read();
        late.awaitEnd();
        assertThat(types(late)).containsExactly("update", "end");
    }

    @Test
    void whoHasTheStatusGetsTheNextOne() {
        set("{\"n\": 1}");
        String seen = watch().awaitEvents(1).lastEventId();
        StreamClient again = watchAgain(seen).read().awaitText("retry:");
        set("{\"n\": 2}");
        assertThat(again.awaitEvents(1).data()).containsExactly("{\"n\":2}");
    }

    @Test
    void aPolledSourceIsAskedOnceForAllWhoWatch() {
        AtomicInteger polls = new AtomicInteger();
        fanfare.source(
                "polled",
                (given, validator) -> {
                    polls.incrementAndGet();
                    return CompletableFuture.completedStage(Reading.ofText("job " + given.get("job")));
                },
                SourceSettings.builder().params("job").every(Duration.ofDays(1)).build());
        source = "polled";
        List<StreamClient> clients = List.of(watch(), watch(), watch());
        clients.forEach(client -> assertThat(client.awaitEvents(1).data()).containsExactly("\"job 42\""));
        assertThat(polls).hasValue(1);
        assertThatThrownBy(() -> fanfare.set("polled", JOB, "1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fanfare.end("polled", JOB)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aStatusThatWasNeverSetIsAnsweredWith404WhereTheSourceDoesNotWait() {
        fanfare.source(
                "strict",
                SourceSettings.builder()
                        .params("job")
                        .missing(SourceSettings.Missing.NOT_FOUND)
                        .build());
        source = "strict";
        assertThat(application.client().status()).isEqualTo(404);
    }

    @Test
    void aClientMayComeBeforeTheStatusIsSet() {
        StreamClient client = watch();
        fanfare.set("jobs", JOB, "1");
        assertThat(client.awaitEvents(1).data()).containsExactly("1");
    }

    @Test
    void aStatusThatTheSourceDoesNotKnowIsAnsweredWith404() {
        fanfare.source("none", (given, validator) -> CompletableFuture.completedStage(new Reading.Gone()), SETTINGS);
        source = "none";
        assertThat(application.client().status()).isEqualTo(404);
    }

    @Test
    void sourcesAndParametersThatDoNotExistAreRefusedBeforeTheStreamBegins() {
        source = "nobody";
        assertThat(application.client().status()).isEqualTo(500);
        source = "jobs";
        params = Map.of("other", "1");
        assertThat(application.client().status()).isEqualTo(500);
        assertThatThrownBy(() -> fanfare.set("jobs", Map.of(), "1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fanfare.set("nobody", JOB, "1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fanfare.source("jobs", SETTINGS)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fanfare.source("stream", SETTINGS)).isInstanceOf(IllegalArgumentException.class);
        await().until(() -> fanfare.parts().loops().openStreams() == 0);
    }
}
