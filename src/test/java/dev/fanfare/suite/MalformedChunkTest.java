package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.RawHttp;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Anybody can send a chunk that is none; nobody may fill the log with it. */
class MalformedChunkTest {
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final Logger root = Logger.getLogger("");
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord message) {
            if (message.getLevel().intValue() >= Level.WARNING.intValue()) {
                warnings.add(message.getLoggerName() + ": " + message.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        root.addHandler(recorder);
    }

    @AfterEach
    void stop() {
        root.removeHandler(recorder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ZZ\r\n", "5\r\ntopic\r\nZZ\r\n", "-1\r\n", "FFFFFFFFFFFFFFFFF\r\n"})
    void aMalformedChunkIsABadRequestAndNoWarning(String chunks) throws Exception {
        try (GrizzlyHost host = GrizzlyHost.start(Map.of("fanfare.auth.anonymous-publish", "true"))) {
            warnings.clear(); // of the start
            String head = "POST /.well-known/mercure HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                    + "Content-Type: application/x-www-form-urlencoded\r\n\r\n";

            RawHttp.Answer answer = RawHttp.exchange(host.port(), (head + chunks).getBytes(StandardCharsets.US_ASCII));

            assertThat(answer.status()).isEqualTo(400);
            assertThat(warnings).isEmpty();
            assertThat(RawHttp.request(host.port(), "GET", "/health/live").status())
                    .isEqualTo(200);
        }
    }
}
