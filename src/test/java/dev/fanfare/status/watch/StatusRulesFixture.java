package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A pushed status, and clients with rules of their own. */
abstract class StatusRulesFixture {
    final ManualTicker ticker = new ManualTicker();
    final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    final Statuses statuses = new Statuses(loops, 64, 1 << 20, null, null, () -> 1.0);

    @AfterEach
    void close() {
        statuses.close();
        loops.close();
    }

    void source(SourceSettings.Builder settings) {
        statuses.registerPushed("prices", settings.end("/state=done").build());
    }

    void set(String json) {
        statuses.set("prices", Map.of(), ScriptedSource.json(json));
    }

    void price(String price) {
        set("{\"price\":" + price + "}");
    }

    RecordingOutlet join(String... query) {
        return joinFrom(null, query);
    }

    RecordingOutlet joinFrom(@Nullable String lastEventId, String... query) {
        StreamOptions options = options(query);
        StatusUrl url = statuses.url("prices", Map.of());
        CompletionStage<Admission> admission = statuses.admit(url, options, lastEventId);
        assertThat(admission).isCompletedWithValue(Admission.STREAM);
        RecordingOutlet client = new RecordingOutlet();
        statuses.join(url, options, lastEventId, client, reason -> {});
        client.awaitText("retry: ");
        return client;
    }

    StreamOptions options(String... query) {
        Map<String, List<String>> parsed = new TreeMap<>();
        for (String pair : query) {
            String[] parts = pair.split("=", 2);
            parsed.computeIfAbsent(parts[0], key -> new ArrayList<>()).add(parts[1]);
        }
        return statuses.options("prices", parsed);
    }

    void sleep(long millis) {
        ticker.advance(Duration.ofMillis(millis));
    }

    static void assertPrices(RecordingOutlet client, String... prices) {
        client.awaitEvents(prices.length);
        assertThat(client.events())
                .extracting(event -> String.valueOf(
                        ScriptedSource.json(event.data()).asJsonObject().get("price")))
                .containsExactly(prices);
        assertThat(client.events()).extracting(Received::type).containsOnly("update");
    }
}
