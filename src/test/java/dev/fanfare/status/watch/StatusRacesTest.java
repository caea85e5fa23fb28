package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that join while the status changes and ends, on several statuses at once since they share one log. */
class StatusRacesTest {
    private static final int STATUSES = 3;
    private static final int CHANGES = 300;
    private static final int JOINERS = 6;
    private static final int ROUNDS = 4;

    @Test
    @Timeout(240)
    void nobodyMissesTheNewestStateOrGetsOneTwiceOrHangsAfterTheEnd() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            try (SystemTicker ticker = new SystemTicker();
                    WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
                    Statuses statuses = new Statuses(loops)) {
                statuses.registerPushed(
                        "jobs",
                        SourceSettings.builder()
                                .params("job")
                                .end("/state=done")
                                .build());
                runRound(statuses);
            }
        }
    }

    private static void runRound(Statuses statuses) throws Exception {
        for (int job = 0; job < STATUSES; job++) {
            set(statuses, job, 0, "running");
        }
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<List<RecordingOutlet>>> joined = new ArrayList<>();
            for (int i = 0; i < JOINERS; i++) {
                joined.add(threads.submit(joiner(statuses, i % STATUSES, over)));
            }
            List<Future<?>> setters = new ArrayList<>();
            for (int job = 0; job < STATUSES; job++) {
                int mine = job;
                setters.add(threads.submit(() -> {
                    for (int n = 1; n <= CHANGES; n++) {
                        set(statuses, mine, n, n == CHANGES ? "done" : "running");
                        Thread.yield();
                    }
                }));
            }
            for (Future<?> setter : setters) {
                setter.get();
            }
            over.set(true);
            for (Future<List<RecordingOutlet>> clients : joined) {
                for (RecordingOutlet client : clients.get()) {
                    client.awaitEnd();
                    assertComplete(client.events());
                }
            }
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static Callable<List<RecordingOutlet>> joiner(Statuses statuses, int job, AtomicBoolean over) {
        return () -> {
            List<RecordingOutlet> clients = new ArrayList<>();
            StatusUrl url = statuses.url("jobs", Map.of("job", List.of("" + job)));
            boolean last;
            do {
                last = over.get();
                RecordingOutlet client = new RecordingOutlet();
                statuses.join(url, null, client, reason -> {});
                clients.add(client);
            } while (!last && clients.size() < 150);
            return clients;
        };
    }

    private static void set(Statuses statuses, int job, int n, String state) {
        statuses.set(
                "jobs", Map.of("job", "" + job), ScriptedSource.json("{\"n\":" + n + ",\"state\":\"" + state + "\"}"));
    }

    private static void assertComplete(List<Received> events) {
        int size = events.size();
        assertThat(size).isGreaterThanOrEqualTo(2);
        assertThat(events.get(size - 1).type()).isEqualTo("end");
        assertThat(events.get(size - 2).type()).isEqualTo("update");
        assertThat(events.get(size - 1).data())
                .isEqualTo(events.get(size - 2).data())
                .contains("\"n\":" + CHANGES + ",");
        int before = -1;
        for (Received event : events.subList(0, size - 1)) {
            assertThat(event.type()).isEqualTo("update");
            int n = Integer.parseInt(event.data().replaceAll("\\{\"n\":(\\d+),.*", "$1"));
            assertThat(n).isGreaterThan(before);
            before = n;
        }
    }
}
