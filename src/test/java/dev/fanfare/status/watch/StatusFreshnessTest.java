package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.status.Reading;
import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients are told of how old a status is. */
class StatusFreshnessTest {
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final SourceFailure DOWN = new SourceFailure("answers with status 500");

    private final ManualTicker ticker = new ManualTicker();
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    private final Statuses statuses = new Statuses(loops, () -> 1.0);
    private final ScriptedSource source = new ScriptedSource();

    @BeforeEach
    void register() {
        statuses.register("jobs", source, SourceSettings.builder().build());
    }

    @AfterEach
    void close() {
        statuses.close();
        loops.close();
    }

    private StatusUrl url() {
        return statuses.url("jobs", Map.of());
    }

    private RecordingOutlet join(@Nullable String lastEventId, Map<String, List<String>> query) {
        RecordingOutlet client = new RecordingOutlet();
        statuses.join(url(), statuses.options("jobs", query), lastEventId, client, reason -> {});
        client.awaitText("retry: ");
        return client;
    }

    private RecordingOutlet join() {
        return join(null, Map.of());
    }

    private static List<String> types(RecordingOutlet client) {
        return client.events().stream().map(Received::type).toList();
    }

    private static JsonObject data(RecordingOutlet client, int event) {
        return ScriptedSource.json(client.events().get(event).data()).asJsonObject();
    }

    @Test
    void aSourceThatFailsIsToldOnceAndOnceThatItIsBack() {
        source.says("1");
        RecordingOutlet client = join();
        source.fails(DOWN);
        ticker.advance(Duration.ofMinutes(3));
        source.says("1");
        ticker.advance(Duration.ofMinutes(1));
        source.says("2");
        ticker.advance(EVERY);
        client.awaitEvents(4);
        assertThat(types(client)).containsExactly("update", "stale", "fresh", "update");
        JsonObject stale = data(client, 1);
        assertThat(stale.getString("since")).isEqualTo("2026-01-01T00:00:05Z");
        assertThat(stale.getString("asOf")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(stale.getInt("attempts")).isEqualTo(1);
        assertThat(stale.getString("reason")).isEqualTo("The source answers with status 500");
        assertThat(data(client, 2).getString("asOf")).startsWith("2026-01-01T00:0");
        assertThat(client.events().get(1).id())
                .as("the last id stays that of the status")
                .isEqualTo(client.events().get(0).id());
    }

    @Test
    void aSourceThatFailsIsNotSaidToWorkAgainWhenTheServiceStops() {
        source.says("1");
        RecordingOutlet client = join();
        source.fails(DOWN);
        ticker.advance(EVERY);
        client.awaitEvents(2);
        statuses.close();
        loops.close();
        assertThat(types(client)).containsExactly("update", "stale");
    }

    @Test
    void whoComesLaterIsToldHowStaleItIs() {
        source.says("1");
        join();
        source.fails(DOWN);
        ticker.advance(Duration.ofMinutes(3));
        RecordingOutlet late = join();
        late.awaitEvents(2);
        assertThat(types(late)).containsExactly("update", "stale");
        assertThat(data(late, 1).getInt("attempts")).isGreaterThan(3);
        RecordingOutlet back = join(late.events().get(0).id(), Map.of());
        back.awaitEvents(1);
        assertThat(types(back)).containsExactly("stale");
    }

    @Test
    void allWhoWatchAreToldWhateverTheirRules() {
        source.says("1");
        RecordingOutlet plain = join();
        RecordingOutlet ruled = join(null, Map.of("min-interval", List.of("1h")));
        source.fails(DOWN);
        ticker.advance(EVERY);
        plain.awaitEvents(2);
        ruled.awaitEvents(2);
        assertThat(types(ruled)).containsExactly("update", "stale");
    }

    @Test
    void anUnchangedStatusIsFreshAgain() {
        source.says(new Reading.Value(ScriptedSource.json("1"), "v", Duration.ZERO));
        RecordingOutlet client = join();
        source.fails(DOWN);
        ticker.advance(EVERY);
        source.says(new Reading.Unchanged(Duration.ZERO));
        ticker.advance(EVERY.multipliedBy(2));
        client.awaitEvents(3);
        assertThat(types(client)).containsExactly("update", "stale", "fresh");
    }

    @Test
    void heartbeatsSayWhenTheSourceLastAnswered() {
        source.says("1");
        RecordingOutlet client = join();
        client.awaitEvents(1);
        ticker.advance(Duration.ofSeconds(21));
        client.awaitText(": as-of 2026-01-01T00:00:");
        assertThat(client.events()).hasSize(1);
    }

    @Test
    void heartbeatsAreEventsForWhoAsksForThem() {
        source.says("1");
        RecordingOutlet client = join(null, Map.of("heartbeat", List.of("event")));
        source.fails(DOWN);
        ticker.advance(Duration.ofSeconds(6));
        client.awaitEvents(2);
        ticker.advance(Duration.ofSeconds(21));
        client.awaitEvents(3);
        ticker.advance(Duration.ofSeconds(21));
        client.awaitEvents(4);
        assertThat(types(client)).startsWith("update", "stale", "heartbeat", "heartbeat");
        assertThat(data(client, 2).getString("asOf")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(client.events().get(2).id()).isEqualTo(client.events().get(0).id());
    }

    @Test
    void aSnapshotHasItsAgeAndWhenItChanged() {
        source.says(new Reading.Value(ScriptedSource.json("1"), "v", Duration.ZERO));
        join();
        source.says(new Reading.Unchanged(Duration.ZERO));
        ticker.advance(Duration.ofSeconds(10));
        source.fails(DOWN);
        ticker.advance(Duration.ofSeconds(30));
        assertThat(statuses.snapshot(url()).toCompletableFuture().join())
                .isInstanceOfSatisfying(Snapshot.Known.class, known -> {
                    assertThat(known.changed()).isEqualTo(ManualTicker.BEGIN);
                    assertThat(known.age()).isEqualTo(Duration.ofSeconds(30));
                });
    }

    @Test
    void aWatchTellsHowItIsDoing() {
        assertThat(statuses.watches("jobs")).isEmpty();
        source.says("1");
        RecordingOutlet client = join();
        client.awaitEvents(1);
        ticker.advance(EVERY);
        WatchInfo info = statuses.watches("jobs").get(0);
        assertThat(info.url()).hasToString("/status/jobs");
        assertThat(info.state()).isEqualTo(WatchInfo.State.FRESH);
        assertThat(info.clients()).isEqualTo(1);
        assertThat(info.lastPoll()).isEqualTo(ManualTicker.BEGIN.plus(EVERY));
        assertThat(info.nextPoll()).isEqualTo(ManualTicker.BEGIN.plus(EVERY).plus(EVERY));
        assertThat(info.reason()).isNull();
        source.fails(DOWN);
        ticker.advance(EVERY);
        info = statuses.watches("jobs").get(0);
        assertThat(info.state()).isEqualTo(WatchInfo.State.STALE);
        assertThat(info.failures()).isEqualTo(1);
        assertThat(info.reason()).isEqualTo("The source answers with status 500");
        assertThat(info.asOf()).isEqualTo(ManualTicker.BEGIN.plus(EVERY));
    }
}
