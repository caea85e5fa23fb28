package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.testing.RawHttp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** HEAD and the headers of streams, on the wire. */
class StreamsTest {

    private final SampleResource resource = new SampleResource();
    private final RestServer server = new RestServer(CorsSettings.none(), resource);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void headAnswersTheHeadAndEndsWithoutRunningTheMethod() {
        RawHttp.Answer answer = server.request("HEAD", "/sample/stream", "Accept: text/event-stream");

        assertThat(answer.status()).isEqualTo(200);
        assertStreamHeaders(answer);
        assertThat(answer.body()).isEmpty();
        assertThat(resource.streamsOpened).hasValue(0);
    }

    @Test
    void headOfWhatIsNoStreamRunsTheMethodAsEver() {
        RawHttp.Answer answer = server.request("HEAD", "/sample");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/plain");
        assertThat(answer.header("X-Accel-Buffering")).isNull();
    }

    @Test
    void headIsRefusedWhereTheMediaTypeIsNotAcceptable() {
        assertThat(server.request("HEAD", "/sample/stream", "Accept: image/png").status())
                .isEqualTo(406);
    }

    @Test
    void aStreamHasItsHeadersBeforeTheFirstEvent() {
        RawHttp.Answer answer = server.request("GET", "/sample/stream");

        assertThat(answer.status()).isEqualTo(200);
        assertStreamHeaders(answer);
        assertThat(answer.body()).contains("data: hello");
        assertThat(resource.streamsOpened).hasValue(1);
    }

    @Test
    void aHeaderThatAResourceSetsStays() {
        RawHttp.Answer answer = server.request("GET", "/sample/own-stream");

        assertThat(answer.headers().get("Cache-Control")).containsExactly("no-cache");
        assertThat(answer.header("X-Accel-Buffering")).isEqualTo("no");
    }

    private static void assertStreamHeaders(RawHttp.Answer answer) {
        assertThat(answer.headers().get("Content-Type")).containsExactly("text/event-stream");
        assertThat(answer.headers().get("Cache-Control")).containsExactly("no-cache, no-store, no-transform");
        assertThat(answer.headers().get("X-Accel-Buffering")).containsExactly("no");
    }
}
