package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.rules.ChangeRule;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Statuses with a scripted source, and clients that record what they get. */
abstract class StatusesFixture {
    static final Duration EVERY = Duration.ofSeconds(5);

    final ManualTicker ticker = new ManualTicker();
    final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    final Statuses statuses = new Statuses(loops, () -> 1.0);
    final ScriptedSource source = new ScriptedSource();

    @BeforeEach
    void register() {
        statuses.register("jobs", source, settings().build());
    }

    @AfterEach
    void close() {
        statuses.close();
        loops.close();
    }

    static SourceSettings.Builder settings() {
        return SourceSettings.builder().params("job").end("/state=done,failed");
    }

    StatusUrl url(String job) {
        return statuses.url("jobs", Map.of("job", List.of(job)));
    }

    RecordingOutlet join(String job) {
        return join(job, null);
    }

    RecordingOutlet join(String job, @Nullable String lastEventId) {
        assertThat(admit(job, lastEventId)).isEqualTo(Admission.STREAM);
        RecordingOutlet outlet = new RecordingOutlet();
        statuses.join(url(job), lastEventId, outlet, reason -> {});
        outlet.awaitText(":\nretry: ");
        return outlet;
    }

    @Nullable
    Admission admit(String job, @Nullable String lastEventId) {
        return statuses.admit(url(job), lastEventId).toCompletableFuture().getNow(null);
    }

    @Nullable
    Snapshot snapshot(String job) {
        return statuses.snapshot(url(job)).toCompletableFuture().getNow(null);
    }

    static String id(String json) {
        return ChangeRule.ANY.idOf(ScriptedSource.json(json));
    }

    static Received update(String json) {
        return new Received(id(json), "update", json);
    }

    static Received end(String json) {
        return new Received("end-" + id(json), "end", json);
    }

    /** Returns when its watch has noticed it, which is a little after its stream has been counted out. */
    void leave(RecordingOutlet outlet) {
        int before = clients();
        outlet.leave();
        await().until(() -> clients() < before);
    }

    private int clients() {
        return statuses.names().stream()
                .flatMap(name -> statuses.watches(name).stream())
                .mapToInt(WatchInfo::clients)
                .sum();
    }

    static final String QUEUED = "{\"state\":\"queued\"}";
    static final String RUNNING = "{\"state\":\"running\"}";
    static final String DONE = "{\"state\":\"done\"}";
}
