package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the standalone server promises beyond the others. */
abstract class StandaloneSuite extends Subject {

    StandaloneSuite(HttpSuite suite) {
        super(suite);
    }

    @Test
    void aStreamSaysThatTheConnectionStays() {
        assertThat(open("/stream").header("Connection")).isEqualToIgnoringCase("keep-alive");
    }

    /** So that no client, and no proxy that passes on chunk by chunk, has half of it. */
    @Test
    void aSubscriptionOpensWithOneChunkThatGivesTheClientACursor() {
        EventStream stream =
                open(HubSubject.query(List.of("https://example.com/" + job)), "User-Agent: Mozilla/5.0 (X11; Linux)");
        stream.awaitText("\nid: #");
        stream.awaitText("\n\n");
        assertThat(stream.wire()).containsPattern("\r\n:\nretry: [234][0-9]{2}\nid: #[^\n]+\n\n");
    }

    @Test
    void everyAnswerHasADate() {
        assertThat(ask("/health/live").header("Date")).endsWith("GMT");
        assertThat(open("/stream").header("Date")).endsWith("GMT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: a:+80\r\n\r\n", "GET /\u0001 HTTP/1.1\r\n\r\n", "x\r\n\r\n"})
    void theAnswerToAHeadThatCannotBeReadHasADateAndForbidsToGuessItsType(String head) {
        RawHttp.Answer answer = RawHttp.exchange(host().port(), head.getBytes(StandardCharsets.ISO_8859_1));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Date")).endsWith("GMT");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void aTokenThatNamesAThousandTopicsIsTaken() {
        String[] topics = IntStream.rangeClosed(1, 1000)
                .mapToObj(user -> "https://example.com/users/" + user + "/x")
                .toArray(String[]::new);
        String token = Tokens.publisher(topics);
        assertThat(token.length()).isGreaterThan(40_000);

        assertThat(RawHttp.request(
                                host().port(),
                                "POST",
                                host().target(HubSubject.HUB),
                                List.of("Content-Type: " + HubSubject.FORM, Tokens.header(token)),
                                "topic=" + topics[999] + "&data=x")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void headOnAStreamTellsOfNoLength() {
        try (EventStream answer =
                EventStream.send(host().port(), "HEAD", host().target("/stream"), "HTTP/1.1", List.of())) {
            assertThat(answer.headers()).doesNotContainKey("Content-Length");
        }
    }

    @Test
    void anHttp10StreamSaysThatTheConnectionEnds() {
        try (EventStream stream =
                EventStream.send(host().port(), "GET", host().target("/stream"), "HTTP/1.0", List.of())) {
            assertThat(stream.header("Connection")).isEqualToIgnoringCase("close");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stre%zzam", "/%", "/status/%ff", "/status/a%c3%28b/stream", "/\u00c3\u00a9"})
    void aPathThatCannotBeDecodedIsAProblemToo(String path) {
        assertProblem(get(path), 400, "bad-request", "path");
    }

    @Test
    void theConnectionGoesOnFor1000Requests() {
        EventStream answer = ask("/health/live");
        for (int i = 0; i < 1000; i++) {
            answer = answer.sendAgain("/health/live");
            assertThat(answer.status()).isEqualTo(200);
        }
    }

    @Test
    void aRequestThatComesRightBehindTheEndOfAStreamIsAnswered() {
        EventStream answer = ask("/health/live");
        for (int i = 0; i < 200; i++) {
            EventStream stream = answer.sendAgain(host().target("/stream"), "Last-Event-ID: " + HttpSuite.COUNT);
            assertThat(stream.toEnd()).hasSize(1);
            answer = stream.sendAgain(host().target("/health/live"));
            assertThat(answer.status()).as("request " + i).isEqualTo(200);
        }
    }

    /** It asks for h2c, and sends what else there is to send when it has sent the head. */
    @Test
    void javasOwnClientMayAskForHttp2AndIsAnsweredInHttp11() throws Exception {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        HttpRequest request = HttpRequest.newBuilder(host().base().resolve(host().target(HubSubject.HUB)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Authorization", "Bearer " + Tokens.publisher("*"))
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString("topic=" + job + "&data=x"))
                .build();
        for (int i = 0; i < 50; i++) {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }
}
