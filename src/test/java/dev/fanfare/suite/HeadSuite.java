package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.End;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How streams begin, and how connections go on; {@code JOB} stands for a job that runs. */
abstract class HeadSuite extends Subject {
    private static final String STATUS = "/status/jobs/stream?job=JOB";
    private static final String ACCEPTED = "/status/jobs?job=JOB";
    private static final String DEFAULT = "/status/stream?job=JOB";

    HeadSuite(HttpSuite suite) {
        super(suite);
    }

    @BeforeEach
    void jobRuns() {
        jobs().set(job, "{\"state\":\"running\"}");
    }

    private String path(String path) {
        return path.replace("JOB", job);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/prices", STATUS, ACCEPTED, DEFAULT, "/events?topic=a"})
    void aStreamHasItsHeadersOnce(String path) {
        EventStream stream = open(path(path));

        assertThat(stream.headers())
                .containsEntry("Content-Type", List.of("text/event-stream"))
                .containsEntry("Cache-Control", List.of("no-cache, no-store, no-transform"))
                .containsEntry("X-Accel-Buffering", List.of("no"))
                .containsEntry("Transfer-Encoding", List.of("chunked"))
                .doesNotContainKeys("Content-Length", "Content-Encoding");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/prices", STATUS, ACCEPTED, DEFAULT, "/events?topic=a"})
    void headAnswersTheHeadAndEnds(String path) {
        EventStream answer = EventStream.send(
                host().port(), "HEAD", host().target(path(path)), "HTTP/1.1", List.of("Accept: text/event-stream"));

        try (answer) {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers())
                    .containsEntry("Content-Type", List.of("text/event-stream"))
                    .containsEntry("Cache-Control", List.of("no-cache, no-store, no-transform"));
            EventStream next = answer.sendAgain(host().target("/health/live"));
            assertThat(next.status()).as("the connection goes on").isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/prices", STATUS, "/events?topic=a"})
    void beginsWithACommentSoThatItIsOpenBeforeAnyEvent(String path) {
        EventStream stream = open(path(path));

        stream.next();

        // RESTEasy begins with empty lines, in a chunk of their own.
        assertThat(stream.wire().split("\r\n\r\n", 2)[1]).containsPattern("^(?:[0-9a-fA-F]+\r\n|\r?\n)*: ?\n");
    }

    @Test
    void headAndCommentComeThoughNoEventDoes() {
        String id = open(path(STATUS)).next().id();

        EventStream stream = open(path(STATUS), "Last-Event-ID: " + id);

        stream.awaitText("\nretry: ");
        assertThat(stream.awaitComments(1).get(0)).isBlank();
        assertThat(stream.untaken()).isEmpty();
        assertThat(stream.isOpen()).isTrue();
    }

    @Test
    void aQuietStreamHasHeartbeats() {
        String id = open(path(STATUS)).next().id();

        EventStream stream = open(path(STATUS), "Last-Event-ID: " + id);

        assertThat(stream.awaitComments(4)).first().asString().isBlank();
        assertThat(stream.awaitComments(4).subList(1, 4))
                .allMatch(comment -> comment.strip().matches("as-of 20[0-9-]+T[0-9:.]+Z"));
        assertThat(stream.untaken()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "text/*", "text/event-stream;charset=utf-8", "text/html, text/event-stream;q=0.1"})
    void streamsComeForWhoAcceptsThem(String accept) {
        try (EventStream stream = EventStream.send(
                host().port(), "GET", host().target("/stream"), "HTTP/1.1", List.of("Accept: " + accept))) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("Content-Type")).startsWith("text/event-stream");
        }
    }

    @Test
    void streamsComeForWhoSaysNothing() {
        try (EventStream stream =
                EventStream.send(host().port(), "GET", host().target("/stream"), "HTTP/1.1", List.of())) {
            assertThat(stream.toEnd()).hasSize(HttpSuite.COUNT + 1);
        }
    }

    @Test
    void anHttp10ClientGetsNoChunksAndTheEndOfTheConnection() {
        try (EventStream stream =
                EventStream.send(host().port(), "GET", host().target("/stream"), "HTTP/1.0", List.of())) {
            assertThat(stream.toEnd()).hasSize(HttpSuite.COUNT + 1);
            assertThat(stream.header("Transfer-Encoding")).isNull();
            assertThat(stream.awaitEnd()).isEqualTo(End.CLOSED);
        }
    }

    @Test
    void anHttp10ClientThatWouldKeepTheConnectionGetsItsEndAsWell() {
        try (EventStream stream = EventStream.send(
                host().port(), "GET", host().target("/stream"), "HTTP/1.0", List.of("Connection: keep-alive"))) {
            assertThat(stream.toEnd()).hasSize(HttpSuite.COUNT + 1);
            assertThat(stream.header("Transfer-Encoding")).isNull();
            assertThat(stream.header("Connection")).isNotEqualToIgnoringCase("keep-alive");
            assertThat(stream.awaitEnd()).isEqualTo(End.CLOSED);
        }
    }

    @Test
    void theConnectionGoesOnAfterAStreamHasEnded() {
        EventStream first = open("/stream");
        first.toEnd();

        EventStream second = first.sendAgain(host().target("/stream"));
        assertThat(second.toEnd()).hasSize(HttpSuite.COUNT + 1);

        EventStream third = second.sendAgain(host().target("/health/live"));
        assertThat(third.status()).isEqualTo(200);
    }

    @Test
    void whoWantsTheConnectionClosedGetsThat() {
        EventStream stream = ask("/stream", "Connection: close");

        assertThat(stream.toEnd()).hasSize(HttpSuite.COUNT + 1);
        assertThat(stream.header("Connection")).isEqualToIgnoringCase("close");
    }
}
