package dev.fanfare.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.status.Reading;
import dev.fanfare.testing.ManualTicker;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoJobTest {
    private final ManualTicker ticker = new ManualTicker();
    private final DemoJob jobs = new DemoJob(ticker::now);

    private JsonObject ask(String name) {
        Reading reading =
                jobs.read(Map.of("param1", name), null).toCompletableFuture().join();
        return ((Reading.Value) reading).value().asJsonObject();
    }

    @Test
    void aJobGoesFromQueuedOverProgressToDone() {
        List<String> seen = new ArrayList<>();
        for (int second = 0; second <= 20; second++) {
            JsonObject status = ask("test");
            assertThat(status.getString("param1")).isEqualTo("test");
            seen.add(status.getString("state") + " " + status.getInt("progress"));
            assertThat(DemoJob.settings().end().holds(status)).isEqualTo(second == 20);
            ticker.advance(Duration.ofSeconds(1));
        }
        assertThat(seen)
                .startsWith("queued 0", "queued 0", "running 0", "running 5")
                .endsWith("running 90", "done 100");
    }

    @Test
    void eachJobBeginsWhenItIsFirstAskedFor() {
        ask("a");
        ticker.advance(Duration.ofSeconds(30));
        assertThat(ask("b").getString("state")).isEqualTo("queued");
        assertThat(ask("a").getString("state")).isEqualTo("done");
    }

    @Test
    void aJobThatIsDoneBeginsAnewWhenNobodyAskedForAMinute() {
        ask("a");
        ticker.advance(Duration.ofSeconds(30));
        assertThat(ask("a").getString("state")).isEqualTo("done");
        ticker.advance(Duration.ofSeconds(50));
        assertThat(ask("a").getString("state")).isEqualTo("done");
        ticker.advance(Duration.ofSeconds(61));
        assertThat(ask("a").getString("state")).isEqualTo("queued");
    }

    @Test
    void onlySoManyJobsAreRemembered() {
        ask("first");
        ticker.advance(Duration.ofSeconds(30));
        for (int i = 0; i < DemoJob.MAX_JOBS; i++) {
            ask("job " + i);
        }
        assertThat(ask("first").getString("state")).isEqualTo("queued");
    }
}
