package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import java.time.Duration;
import java.util.List;

/** The least that a server does however it was started: an event arrives, and a signal ends stream and process in good order. */
final class OneEvent {
    private OneEvent() {}

    static void goesThroughAndASignalEndsAll(ChildProcess server, int port) {
        try (EventStream stream = EventStream.open(port, HubSubject.HUB + "?topic=news", "Accept: text/event-stream")) {
            stream.awaitText("\nretry: ");
            RawHttp.Answer answer = RawHttp.request(
                    port,
                    "POST",
                    HubSubject.HUB,
                    List.of("Content-Type: " + HubSubject.FORM),
                    HubSubject.form("topic", "news", "data", "hello"));
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(stream.next().data()).isEqualTo("hello");

            server.process().destroy();
            assertThat(stream.awaitEnd()).isEqualTo(EventStream.End.COMPLETE);
        }
        assertThat(server.exited(Duration.ofSeconds(60))).isTrue();
        assertThat(server.process().exitValue()).as(server.output()).isZero();
    }
}
