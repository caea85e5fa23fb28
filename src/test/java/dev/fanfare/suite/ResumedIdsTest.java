package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever id a publisher may give, a client goes on from exactly there; ids that HTTP would change are refused. */
@Timeout(300)
class ResumedIdsTest {
    private static final String HUB = HubSubject.HUB;

    private GrizzlyHost host;

    @BeforeEach
    void start() throws IOException {
        host = GrizzlyHost.start(Map.of(
                "fanfare.demo.enabled", "false",
                "fanfare.auth.key", Tokens.SECRET,
                "fanfare.history.store", "memory",
                "fanfare.history.replay-max", "0"));
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private RawHttp.Answer publish(String id) {
        List<String> headers = List.of("Content-Type: " + HubSubject.FORM, Tokens.header(Tokens.publisher("*")));
        return RawHttp.request(host.port(), "POST", HUB, headers, HubSubject.form("topic", "a", "data", "x", "id", id));
    }

    @Test
    void everyIdThatIsAcceptedIsResumedByHeaderAndByQueryOverBothVersions() throws Exception {
        OddIds.assertEachAcceptedOneIsResumed(host.port(), this::publish);
    }

    @ParameterizedTest
    @ValueSource(strings = {" a", "a ", " ", "\u00a0a", "a\u2003", "\u3000"})
    void anIdWithABlankAtOneEndIsRefusedInWords(String id) {
        RawHttp.Answer answer = publish(id);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("begins or ends with a space").contains("Last-Event-ID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\tb", "\ta", "a\u007f", "a\u0085b", "a\nb"})
    void anIdWithAControlCharacterIsRefusedInWords(String id) {
        RawHttp.Answer answer = publish(id);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("control character");
    }
}
