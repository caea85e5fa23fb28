package dev.fanfare.status.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.stream.SystemTicker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which answers of a service tell a status, and how they are read. */
@Timeout(240)
class AcceptedAnswersTest {
    private static final AcceptedAnswers UNHEALTHY_TOO =
            new AcceptedAnswers(Set.of(200, 202, 503), AcceptedAnswers.Type.AUTO);
    private static final AcceptedAnswers ALL_JSON = new AcceptedAnswers(Set.of(200), AcceptedAnswers.Type.JSON);
    private static final int MAX_BYTES = 1000;

    private final SystemTicker ticker = new SystemTicker();

    @AfterEach
    void close() {
        ticker.close();
    }

    private static String answer(int status, String headers, String body) {
        return "HTTP/1.1 " + status + " Reason\r\nConnection: close\r\n" + headers + "\r\n" + body;
    }

    private Reading read(String answer, AcceptedAnswers accepted) throws IOException {
        try (RawSource server = RawSource.sending(answer)) {
            Reading reading = new HttpSource(
                            new HttpSourceSettings(
                                    server.url("/"), Map.of(), Duration.ofSeconds(60), MAX_BYTES, accepted),
                            HttpSource.newClient(),
                            ticker)
                    .read(Map.of(), null)
                    .toCompletableFuture()
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
            assertThat(server.requests().get(0)).contains("Accept-Encoding: gzip");
            return reading;
        }
    }

    private String status(String answer, AcceptedAnswers accepted) throws IOException {
        return ((Reading.Value) read(answer, accepted)).value().toString();
    }

    private SourceFailure failure(String answer, AcceptedAnswers accepted) {
        return (SourceFailure) catchThrowable(() -> read(answer, accepted)).getCause();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 202, 503})
    void aStatusUnderAnAcceptedCodeIsAStatus(int code) throws IOException {
        assertThat(status(answer(code, "Content-Type: application/json\r\n", "{\"status\":\"DOWN\"}"), UNHEALTHY_TOO))
                .isEqualTo("{\"status\":\"DOWN\"}");
        assertThat(failure(answer(500, "Content-Type: application/json\r\n", "{}"), UNHEALTHY_TOO)
                        .reason())
                .isEqualTo("answers with status 500");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text/html        | <h1>503</h1>
            text/plain       | no server is available
            application/json | no json
            """)
    void whatAProxySaysUnderAnAcceptedCodeIsAFailure(String type, String body) {
        SourceFailure failure =
                failure(answer(503, "Retry-After: 7\r\nContent-Type: " + type + "\r\n", body), UNHEALTHY_TOO);

        assertThat(failure.reason()).isEqualTo("answers with status 503");
        assertThat(failure.isOutage()).isTrue();
        assertThat(failure.notBefore()).hasSeconds(7);
    }

    @Test
    void anAcceptedAnswerSaysWhenToAskAgain() throws IOException {
        Reading reading = read(answer(202, "Retry-After: 7\r\nETag: \"x\"\r\n", "{}"), UNHEALTHY_TOO);

        assertThat(((Reading.Value) reading).notBefore()).hasSeconds(7);
        assertThat(((Reading.Value) reading).validator()).as("stands for a 200").isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/json",
                "application/octet-stream",
                "text/javascript; charset=utf-8",
                "application/x-javascript",
                "application/x-amz-json-1.1",
                "text/plain",
                "text/html"
            })
    void everyMediaTypeIsJsonWhereItIsSaidSo(String type) throws IOException {
        String answer = answer(200, "Content-Type: " + type + "\r\n", "\u00ef\u00bb\u00bf[1]\n");

        assertThat(status(answer, ALL_JSON)).isEqualTo("[1]");
        if (!type.equals("text/plain")) {
            assertThat(failure(answer, AcceptedAnswers.DEFAULT))
                    .hasMessageContaining("set fanfare.status.NAME.type=json");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'done\n'     | "done"
            'done\r\n'   | "done"
            'done\n\n'   | "done\\n"
            'done'       | "done"
            '\n'         | ""
            '\r\n'       | ""
            """)
    void plainTextLosesItsLastLineEndAsAFileDoes(String body, String json) throws IOException {
        assertThat(status(answer(200, "Content-Type: text/plain\r\n", body), AcceptedAnswers.DEFAULT))
                .isEqualTo(json);
    }

    private static String gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toString(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "x-gzip"})
    void aPackedAnswerIsUnpacked(String coding) throws IOException {
        String packed = gzip("{\"a\":\"ü\"}".getBytes(StandardCharsets.UTF_8));

        assertThat(status(
                        answer(200, "Content-Type: application/json\r\nContent-Encoding: " + coding + "\r\n", packed),
                        AcceptedAnswers.DEFAULT))
                .isEqualTo("{\"a\":\"ü\"}");
    }

    @Test
    void anAnswerThatUnpacksToMoreThanTheBoundIsAFailure() throws IOException {
        String head = "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n";

        assertThat(status(answer(200, head, gzip(new byte[MAX_BYTES])), AcceptedAnswers.DEFAULT))
                .isNotEmpty();
        assertThat(failure(answer(200, head, gzip(new byte[MAX_BYTES + 1])), AcceptedAnswers.DEFAULT)
                        .reason())
                .isEqualTo("answers more than 1000 bytes");
        // 900 kB in less than the bound.
        assertThat(failure(answer(200, head, gzip(new byte[900_000])), AcceptedAnswers.DEFAULT)
                        .reason())
                .isEqualTo("answers more than 1000 bytes");
    }

    @Test
    void whatIsPackedOtherwiseIsAFailure() throws IOException {
        assertThat(failure(answer(200, "Content-Encoding: br\r\n", "x"), AcceptedAnswers.DEFAULT)
                        .reason())
                .isEqualTo("answers in a content encoding that it was not asked for");
        assertThat(failure(answer(200, "Content-Encoding: gzip\r\n", "[1]"), AcceptedAnswers.DEFAULT)
                        .reason())
                .isEqualTo("answers with invalid gzip");
        assertThat(failure(
                                answer(
                                        200,
                                        "Content-Encoding: gzip\r\n",
                                        gzip("[1]".getBytes(StandardCharsets.UTF_8))
                                                .substring(0, 15)),
                                AcceptedAnswers.DEFAULT)
                        .reason())
                .isEqualTo("answers with invalid gzip");
    }
}
