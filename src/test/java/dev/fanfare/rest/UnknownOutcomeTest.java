package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.Authority;
import dev.fanfare.auth.TokenLimits;
import dev.fanfare.event.Event;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.MemoryHistory;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.HubSettings;
import dev.fanfare.hub.SameId;
import dev.fanfare.log.History;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.LogMode;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.ReadFault;
import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.sink.BlockingPool;
import dev.fanfare.sink.SinkOutlets;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ForwardingHistory;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RecordedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What those are answered whose events and statuses a history is slow to keep, or can't keep. */
@Timeout(240)
class UnknownOutcomeTest {
    private static final Duration LONGEST = Duration.ofMillis(200);
    private static final String HUB = "/" + MercureResource.PATH;
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String JSON = "application/json";

    private final ManualTicker ticker = new ManualTicker();
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    private final SlowHistory history = new SlowHistory(new MemoryHistory(HistorySettings.DEFAULTS, ticker));
    private final Hub hub = new Hub(history, loops, HubSettings.of(LogMode.RESUMABLE, 1000, 1 << 20));
    private final Statuses statuses = new Statuses(loops, 1000, 1 << 20, hub, history);
    private final BlockingPool pool = new BlockingPool();
    private final RequestBodies bodies = new RequestBodies(HubLimits.DEFAULTS.eventBytes(), pool);
    private final AuthSettings open =
            new AuthSettings(null, null, true, true, AuthSettings.DEFAULT_COOKIE, false, TokenLimits.DEFAULTS);
    private final Authority authority = new Authority(open, ticker);
    private final RestServer server = new RestServer(
            CorsSettings.none(),
            new StatusPushResource(statuses, StatusAccess.OPEN, bodies, pool, LONGEST),
            new MercureResource(
                    hub,
                    loops,
                    new SinkOutlets(pool),
                    new Credentials(authority, open, CorsSettings.none(), null),
                    HubLimits.DEFAULTS,
                    topic -> false,
                    SameId.ACCEPT,
                    bodies,
                    pool,
                    LONGEST),
            new HubHeaders());

    UnknownOutcomeTest() {
        statuses.registerPushed(
                "builds", SourceSettings.builder().params("build").build());
    }

    @AfterEach
    void close() {
        server.close();
        pool.close();
        statuses.close();
        loops.close();
        history.close();
        authority.close();
    }

    private RawHttp.Answer send(String method, String target, String type, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Type: " + type);
        return RawHttp.request(server.port(), method, target, all, body);
    }

    private static void assertNotKnown(RawHttp.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).contains("application/problem+json");
        assertThat(answer.header("Retry-After")).isNotBlank();
        assertThat(answer.body()).contains("is not known whether").doesNotContain("no client gets it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/x-www-form-urlencoded | topic=a&data=1",
                "application/json | [{\"topic\":\"a\",\"data\":\"1\"},{\"topic\":\"a\",\"data\":\"2\"}]",
                "application/x-ndjson | {\"topic\":\"a\",\"data\":\"1\"}"
            })
    void aPublisherWhoseEventIsStillBeingWrittenIsAdvisedToRepeatUnderTheSameKey(String type, String body) {
        history.held = new CompletableFuture<>();

        RawHttp.Answer first = send("POST", HUB, type, body, "Idempotency-Key: k");

        assertNotKnown(first);
        assertThat(first.body()).contains("again with the same 'Idempotency-Key'");
        long before = history.head();
        history.held.complete(null);
        RawHttp.Answer again = send("POST", HUB, type, body, "Idempotency-Key: k");
        assertThat(again.status()).as(again.body()).isEqualTo(200);
        assertThat(before).isZero();
        assertThat(history.head()).as("kept once").isEqualTo(body.split("topic", -1).length - 1);
    }

    @Test
    void aPublisherWithoutAKeyIsWarnedThatARepetitionMayBeASecondEvent() {
        history.held = new CompletableFuture<>();

        RawHttp.Answer answer = send("POST", HUB, FORM, "topic=a&data=1");

        assertNotKnown(answer);
        assertThat(answer.body()).contains("may publish it twice").contains("Idempotency-Key");
    }

    @Test
    void whoSetsOrEndsAStatusThatIsStillBeingWrittenIsToldThatItIsNotKnown() {
        assertThat(send("PUT", "/status/builds?build=1", JSON, "1").status()).isEqualTo(204);
        history.held = new CompletableFuture<>();

        assertNotKnown(send("PUT", "/status/builds?build=1", JSON, "2"));
        assertNotKnown(send("DELETE", "/status/builds?build=1", JSON, ""));

        history.held.complete(null);
        await().until(() -> history.head() == 3);
    }

    @Test
    void aHistoryThatDoesNotKnowItselfIsNoPromiseThatNobodyGetsIt() {
        history.held = CompletableFuture.failedFuture(new OutcomeUnknown("closed while it wrote"));

        assertNotKnown(send("POST", HUB, FORM, "topic=a&data=1", "Idempotency-Key: k"));
        assertNotKnown(send("POST", HUB, FORM, "topic=a&data=1"));
        assertNotKnown(send("PUT", "/status/builds?build=1", JSON, "1"));
    }

    @Test
    void whatTheHistoryRefusedIsSaidToReachNobodyAndLogsNothingForARequest() {
        try (RecordedLog log = new RecordedLog("dev.fanfare")) {
            history.held = CompletableFuture.failedFuture(new HistoryUnavailable("disk full"));
            for (int i = 0; i < 5; i++) {
                for (RawHttp.Answer answer : List.of(
                        send("POST", HUB, FORM, "topic=a&data=1"), send("PUT", "/status/builds?build=1", JSON, "1"))) {
                    assertThat(answer.status()).isEqualTo(503);
                    assertThat(answer.body()).contains("no client gets it").doesNotContain("not known");
                }
            }
            assertThat(log.count(Level.SEVERE)).isZero();
            assertThat(log.count(Level.WARNING)).isZero();
        }
    }

    @Test
    void aFailureThatTheHistoryHasNotReportedIsLoggedOnceUntilRequestsSucceedAgain() {
        try (RecordedLog log = new RecordedLog(ReadFault.class.getName())) {
            for (int times = 1; times <= 2; times++) {
                history.held = CompletableFuture.failedFuture(new IllegalStateException("a bug"));
                for (int i = 0; i < 5; i++) {
                    send("POST", HUB, FORM, "topic=a&data=1");
                    send("PUT", "/status/builds?build=1", JSON, "1");
                }
                assertThat(log.count(Level.SEVERE)).as("one of each").isEqualTo(2L * times);
                history.held = CompletableFuture.completedFuture(null);
                assertThat(send("POST", HUB, FORM, "topic=a&data=1").status()).isEqualTo(200);
                assertThat(send("PUT", "/status/builds?build=1", JSON, "1").status())
                        .isEqualTo(204);
            }
        }
    }

    /** A history whose appends come to their end when a test says so. */
    private static final class SlowHistory extends ForwardingHistory {
        volatile CompletableFuture<?> held = CompletableFuture.completedFuture(null);

        SlowHistory(History kept) {
            super(kept);
        }

        @Override
        public CompletionStage<Long> append(List<Event> events) {
            return held.thenCompose(released -> super.append(events));
        }
    }
}
