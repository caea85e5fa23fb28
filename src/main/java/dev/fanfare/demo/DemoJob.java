package dev.fanfare.demo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusSource;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The demo's source of statuses: for every {@code param1} a job that begins when it is first asked for, is queued, makes
 * progress, and is done after 20 s. One that is done and has not been asked for for a minute begins anew. Thread-safe.
 */
public final class DemoJob implements StatusSource {
    /** Jobs remembered; the one that was not asked for the longest is forgotten first. */
    static final int MAX_JOBS = 10_000;

    private static final long QUEUED_MS = 2_000;
    private static final long DONE_AFTER_MS = 20_000;
    private static final int STEP = 5;
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

    private record Job(Instant begun, Instant asked) {
        boolean isOver(Instant now) {
            return Duration.between(begun, now).toMillis() >= DONE_AFTER_MS
                    && Duration.between(asked, now).compareTo(FORGOTTEN_AFTER) > 0;
        }
    }

    private final InstantSource clock;

    // The one asked for last comes last.
    @GuardedBy("this")
    private final Map<String, Job> jobs = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Job> eldest) {
            return size() > MAX_JOBS;
        }
    };

    /** Jobs that go by {@code clock}; {@code ticker::now} is one. */
    public DemoJob(InstantSource clock) {
        this.clock = clock;
    }

    /** How the demo asks: every second, for {@code param1}, until the job is done. */
    public static SourceSettings settings() {
        return SourceSettings.builder()
                .every(Duration.ofSeconds(1))
                .retry(Duration.ofSeconds(5))
                .params("param1")
                .end("/state=done")
                .build();
    }

    @Override
    public CompletionStage<Reading> read(Map<String, String> params, @Nullable String validator) {
        String name = params.getOrDefault("param1", "");
        return CompletableFuture.completedStage(Reading.of(status(name)));
    }

    private JsonObject status(String name) {
        long elapsedMs = elapsedMs(name);
        if (elapsedMs < QUEUED_MS) {
            return json(name, "queued", 0, "Waiting for its turn");
        }
        if (elapsedMs < DONE_AFTER_MS) {
            long steps = 100 / STEP * (elapsedMs - QUEUED_MS) / (DONE_AFTER_MS - QUEUED_MS);
            return json(name, "running", STEP * (int) steps, STEP * steps + " % done");
        }
        return json(name, "done", 100, "All done");
    }

    private synchronized long elapsedMs(String name) {
        Instant now = clock.instant();
        Job job = jobs.get(name);
        Instant begun = job == null || job.isOver(now) ? now : job.begun();
        jobs.put(name, new Job(begun, now));
        return Duration.between(begun, now).toMillis();
    }

    private static JsonObject json(String name, String state, int progress, String message) {
        return Json.createObjectBuilder()
                .add("param1", name)
                .add("state", state)
                .add("progress", progress)
                .add("message", message)
                .build();
    }
}
