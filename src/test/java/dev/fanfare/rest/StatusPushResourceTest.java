package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.event.Topic;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.MemoryHistory;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.HubSettings;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.LogMode;
import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.sink.BlockingPool;
import dev.fanfare.sink.SinkOutlets;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ForwardingHistory;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RecordingOutlet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code PUT} and {@code DELETE} below {@code /status} on a real server, with a source that has room for one status. */
@Timeout(240)
class StatusPushResourceTest {
    private static final Duration LINGER = Duration.ofSeconds(10);
    private static final List<String> JSON = List.of("Content-Type: application/json");

    private final ManualTicker ticker = new ManualTicker();
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    private final SlowHistory history = new SlowHistory(new MemoryHistory(HistorySettings.DEFAULTS, ticker));
    private final Hub hub = new Hub(history, loops, HubSettings.of(LogMode.RESUMABLE, 1000, 1 << 20));
    private final Statuses statuses = new Statuses(loops, 1000, 1 << 20, hub, history);
    private final BlockingPool pool = new BlockingPool();
    private final RequestBodies bodies = new RequestBodies(HubLimits.DEFAULTS.eventBytes(), pool);
    private final RestServer server = new RestServer(
            CorsSettings.none(),
            new StatusPushResource(statuses, StatusAccess.OPEN, bodies, pool),
            new StatusResource(statuses, new SinkOutlets(pool), "builds", StatusAccess.OPEN, pool));

    StatusPushResourceTest() {
        statuses.registerPushed(
                "builds",
                SourceSettings.builder()
                        .params("build")
                        .end("/state=done")
                        .linger(LINGER)
                        .maxWatches(1)
                        .build());
        statuses.registerPushed(
                "hasty", SourceSettings.builder().timeout(Duration.ofMillis(10)).build());
        statuses.register(
                "polled",
                (params, validator) -> new CompletableFuture<>(),
                SourceSettings.builder().build());
    }

    @AfterEach
    void close() {
        server.close();
        pool.close();
        statuses.close();
        loops.close();
        history.close();
    }

    private RawHttp.Answer put(int build, String state) {
        String json = "{\"state\":\"" + state + "\"}";
        return RawHttp.request(server.port(), "PUT", "/status/builds?build=" + build, JSON, json);
    }

    private String told(int build) {
        Snapshot told = statuses.snapshot(statuses.url("builds", Map.of("build", List.of("" + build))))
                .toCompletableFuture()
                .join();
        return told instanceof Snapshot.Known known ? known.status().json() : told.toString();
    }

    @Test
    void anEndAtTheBoundOfWatchesSaysThatTheSourceIsFull() {
        assertThat(put(1, "running").status()).isEqualTo(204);
        statuses.join(statuses.url("builds", Map.of("build", List.of("3"))), null, new RecordingOutlet(), reason -> {});

        RawHttp.Answer answer = server.request("DELETE", "/status/builds?build=2");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("30");
        assertThat(answer.body()).contains("builds").doesNotContain("history");
    }

    @Test
    void aStatusThatIsRefusedAtTheBoundOfWatchesIsNotKept() {
        assertThat(put(1, "running").status()).isEqualTo(204);

        assertThat(put(2, "running").status()).isEqualTo(503);

        assertThat(history.appends).hasValue(1);
    }

    @Test
    void aStatusThatIsBeingKeptHoldsItsPlaceThoughTheOneBeforeIsForgottenMeanwhile() {
        assertThat(put(1, "done").status()).isEqualTo(204);
        history.isHeld = new CompletableFuture<>();
        CompletableFuture<RawHttp.Answer> again = CompletableFuture.supplyAsync(() -> put(1, "running"));
        await().until(() -> history.appends.get() == 2);
        ticker.advance(LINGER);

        assertThat(put(2, "running").status()).isEqualTo(503);
        history.isHeld.complete(null);

        assertThat(again.join().status()).isEqualTo(204);
        assertThat(told(1)).isEqualTo("{\"state\":\"running\"}");
        assertThat(history.appends).hasValue(2);
    }

    @Test
    void aPlaceIsFreeAgainWhereTheStatusCouldNotBeKept() {
        history.isHeld = CompletableFuture.failedFuture(new IllegalStateException("disk full"));
        assertThat(put(1, "running").status()).isEqualTo(503);
        history.isHeld = CompletableFuture.completedFuture(null);

        assertThat(put(2, "running").status()).isEqualTo(204);
    }

    @Test
    void whoAsksForAStatusIsAnsweredThoughTheHistoryHangs() {
        history.isSilent = true;

        RawHttp.Answer answer = server.request("GET", "/status/hasty");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("1");
        assertThat(answer.body()).contains("try again later");
    }

    @Test
    void aPutOfAnotherMediaTypeIs405WhereTheStatusIsPolled() {
        List<String> plain = List.of("Content-Type: text/plain");

        RawHttp.Answer answer = RawHttp.request(server.port(), "PUT", "/status/polled", plain, "done");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).contains("GET").doesNotContain("PUT");
        assertThat(RawHttp.request(server.port(), "PUT", "/status/builds?build=1", plain, "done")
                        .status())
                .isEqualTo(415);
    }

    /** A history whose appends are not told before a test says so, and that may never tell what it has. */
    private static final class SlowHistory extends ForwardingHistory {
        final AtomicInteger appends = new AtomicInteger();
        volatile boolean isSilent;
        volatile CompletableFuture<?> isHeld = CompletableFuture.completedFuture(null);

        SlowHistory(History kept) {
            super(kept);
        }

        @Override
        public CompletionStage<Long> append(List<Event> events) {
            appends.incrementAndGet();
            return isHeld.thenCompose(released -> super.append(events));
        }

        @Override
        public CompletionStage<Optional<LogEntry>> last(Topic topic) {
            return isSilent ? new CompletableFuture<>() : super.last(topic);
        }
    }
}
