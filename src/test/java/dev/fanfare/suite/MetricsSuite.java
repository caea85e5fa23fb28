package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import jakarta.ws.rs.core.MediaType;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** {@code /metrics}, as Prometheus asks for it; here with a token. */
abstract class MetricsSuite extends Subject {
    static final String ALLOWED = Tokens.header(Tokens.subscriber("/metrics"));

    /** What Prometheus 3 sends. */
    private static final String ACCEPT_OF_PROMETHEUS =
            "Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                    + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
                    + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

    MetricsSuite(HttpSuite suite) {
        super(suite);
    }

    @Test
    void whoNamesNoFormatGetsPrometheusText() {
        RawHttp.Answer answer = get("/metrics", ALLOWED);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(typeOf(answer)).isEqualTo(MediaType.valueOf("text/plain;version=0.0.4;charset=utf-8"));
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("Vary")).contains("Accept");
        assertThat(answer.body())
                .contains("# TYPE fanfare_events_sent_total counter\n", "jvm_memory_used_bytes{")
                .doesNotContain("# EOF", "NaN");
    }

    @Test
    void prometheusGetsOpenMetrics() {
        RawHttp.Answer answer = get("/metrics", ALLOWED, ACCEPT_OF_PROMETHEUS);

        assertThat(typeOf(answer))
                .isEqualTo(MediaType.valueOf("application/openmetrics-text;version=1.0.0;charset=utf-8"));
        assertThat(answer.body())
                .contains("# TYPE fanfare_events_sent counter\n")
                .endsWith("# EOF\n");
    }

    @Test
    void whoAcceptsNeitherGets406() {
        assertProblem(get("/metrics", ALLOWED, "Accept: image/png"), 406, "not-acceptable", "text/plain");
    }

    @Test
    void whoHasNoTokenOrAnotherOneIsRefused() {
        RawHttp.Answer without = get("/metrics");
        assertProblem(without, 401, "unauthorized", "'/metrics'");
        assertThat(without.header("WWW-Authenticate")).isEqualTo("Bearer");

        RawHttp.Answer other = get("/metrics", Tokens.header(Tokens.subscriber("/prices")));
        assertProblem(other, 403, "forbidden", "'/metrics'");
        assertThat(other.header("WWW-Authenticate")).contains("insufficient_scope");

        assertProblem(get("/metrics", Tokens.header(Tokens.publisher("*"))), 403, "forbidden", "'/metrics'");
    }

    @Test
    void whatAStreamGetsIsCounted() {
        long before = sent();

        // Refused as one too many while the server has not noticed that the streams of other tests are gone.
        await().until(() -> open("/stream").toEnd().size() > HttpSuite.COUNT);

        // A client may have it before the server knows that.
        await().untilAsserted(() -> assertThat(sent()).isGreaterThanOrEqualTo(before + HttpSuite.COUNT + 1));
    }

    private long sent() {
        return MetricsReader.read(get("/metrics", ALLOWED).body())
                .number("fanfare_events_sent_total", "stream", "single");
    }

    /** Its parameters may come in any order. */
    private static MediaType typeOf(RawHttp.Answer answer) {
        return MediaType.valueOf(answer.header("Content-Type").toLowerCase(Locale.ROOT));
    }
}
