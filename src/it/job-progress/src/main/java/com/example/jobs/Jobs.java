package com.example.jobs;

import dev.fanfare.Fanfare;
import dev.fanfare.status.SourceSettings;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Runs jobs, and sets the status of each while it runs. */
@ApplicationScoped
public class Jobs {
    private static final int STEPS = 4;

    private final Fanfare fanfare = Fanfare.create();
    private final ExecutorService workers = Executors.newCachedThreadPool();

    public Jobs() {
        fanfare.source(
                "jobs",
                SourceSettings.builder()
                        .params("id")
                        .end("/state=done")
                        .missing(SourceSettings.Missing.NOT_FOUND)
                        .build());
    }

    public void start(String id) {
        set(id, 0);
        workers.execute(() -> {
            for (int step = 1; step <= STEPS; step++) {
                work();
                set(id, step);
            }
        });
    }

    private static void work() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void set(String id, int step) {
        String state = step < STEPS ? "running" : "done";
        fanfare.set("jobs", Map.of("id", id), "{\"state\":\"" + state + "\",\"percent\":" + 100 * step / STEPS + "}");
    }

    public Fanfare fanfare() {
        return fanfare;
    }

    @PreDestroy
    void close() {
        workers.shutdownNow();
        fanfare.close();
    }
}
