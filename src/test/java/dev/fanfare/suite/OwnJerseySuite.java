package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The suite on the WAR in a server that has no Jakarta REST, so that the Jersey of the WAR writes to the server's log. */
abstract class OwnJerseySuite extends ServerSuite {
    private static final int CLIENTS = 50;
    private static final Duration LONG = Duration.ofSeconds(60);

    OwnJerseySuite(AppServer server) {
        super(server);
    }

    private String log() {
        return ((WarHost) host()).log();
    }

    @Test
    void theLogHasNoFalseAlarmOfResourcesThatAreIgnored() {
        assertThat(log()).contains("fanfare").doesNotContain("will be ignored");
    }

    @Test
    void clientsThatDoNotWaitForTheirHeadLeaveNothingInTheLog() throws IOException {
        String target = host().base().getRawPath() + HubSubject.HUB.substring(1) + "?topic=hasty";
        String request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
        for (int i = 0; i < CLIENTS; i++) {
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), host().port())) {
                client.setSoLinger(true, 0); // so that it is reset
                client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            }
        }
        // The hasty have all places until they are written to.
        await().atMost(LONG).untilAsserted(() -> {
            try (EventStream patient = EventStream.open(host().port(), target)) {
                assertThat(patient.header(LimitsSuite.REFUSED)).isNull();
            }
        });
        await().atMost(LONG).until(() -> Subject.openStreams(host()) == 0);
        assertThat(log()).doesNotContain("Error while committing", "The client has left");
    }
}
