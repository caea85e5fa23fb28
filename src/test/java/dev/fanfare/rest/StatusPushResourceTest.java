package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.hub.StreamSettings;
import dev.fanfare.hub.SystemTicker;
import dev.fanfare.hub.WriterLoops;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.Statuses;
import dev.fanfare.testing.RawHttp;
import jakarta.json.JsonValue;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code PUT} and {@code DELETE} below {@code /status} on a real server. */
@Timeout(60)
class StatusPushResourceTest {
    @Test
    void anEndAtTheBoundOfWatchesSaysThatTheSourceIsFull() {
        try (SystemTicker ticker = new SystemTicker();
                WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
                Statuses statuses = new Statuses(loops);
                BlockingPool pool = new BlockingPool();
                RestServer server = new RestServer(
                        CorsSettings.none(),
                        new StatusPushResource(statuses, StatusAccess.OPEN, HubLimits.DEFAULTS, pool))) {
            statuses.registerPushed(
                    "builds",
                    SourceSettings.builder().params("build").maxWatches(1).build());
            statuses.set("builds", Map.of("build", "1"), JsonValue.TRUE);

            RawHttp.Answer answer = server.request("DELETE", "/status/builds?build=2");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isEqualTo("30");
            assertThat(answer.body()).contains("builds").doesNotContain("history");
        }
    }
}
