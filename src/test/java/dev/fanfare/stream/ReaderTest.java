package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.hub.Client;
import dev.fanfare.hub.HubFixture;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.hub.Rights;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReaderTest {
    private static Reader asking(Duration heartbeat) {
        return Reader.UNKNOWN.withHeartbeat(heartbeat);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "BROWSERS, true, -, true",
                "BROWSERS, false, -, false",
                "BROWSERS, false, true, true",
                "BROWSERS, true, false, false",
                "ALL, false, -, true",
                "ALL, false, false, false",
                "NONE, true, true, false"
            })
    void positionsGoToThoseWhoGainByThem(Positions policy, boolean browser, Boolean asked, boolean takes) {
        assertThat(new Reader(browser, asked, null).takesPositions(policy)).isEqualTo(takes);
    }

    @ParameterizedTest
    @CsvSource({"1s, 1000", "1500ms, 1500", "4s, 4000", "2m, 120000", "1h, 3600000"})
    void aHeartbeatIsADuration(String text, long ms) {
        assertThat(Reader.heartbeat(text)).isEqualTo(Duration.ofMillis(ms));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4", "0s", "999ms", "-4s", "4 s", "4S", "1000000000s", "event"})
    void whatIsNoDurationOfASecondIsRefused(String text) {
        assertThatThrownBy(() -> Reader.heartbeat(text)).hasMessageContaining("at least 1s");
    }

    @Test
    void aReaderGetsItsHeartbeatBeforeItsPatienceEnds() {
        try (HubFixture fixture = HubFixture.resumable()) {
            Client asking =
                    fixture.join(new Client(), asking(Duration.ofSeconds(4)), ResumePoint.NOW, Rights.PUBLIC_ONLY, "a");
            Client other = fixture.join(new Client(), Reader.UNKNOWN, ResumePoint.NOW, Rights.PUBLIC_ONLY, "a");
            int before = asking.outlet().text().length();
            for (int beat = 1; beat <= 3; beat++) {
                fixture.pass(Duration.ofSeconds(4));
                assertThat(asking.outlet().text().length()).isGreaterThanOrEqualTo(before + 2 * beat);
            }
            assertThat(asking.outlet().text()).endsWith("\n:\n:\n:\n");
            assertThat(other.outlet().text()).doesNotEndWith("\n:\n");
        }
    }

    @Test
    void noReaderIsLeftWithoutHeartbeatsForLongerThanIsConfigured() {
        try (HubFixture fixture = HubFixture.resumable()) {
            Client asking =
                    fixture.join(new Client(), asking(Duration.ofHours(1)), ResumePoint.NOW, Rights.PUBLIC_ONLY, "a");
            fixture.pass(HubFixture.SETTINGS.heartbeat().plusSeconds(1));
            assertThat(asking.outlet().text()).endsWith("\n:\n");
        }
    }

    @Test
    void openingsSpreadTheReconnectionDelayOverOneToTwoTimes() {
        Openings openings = new Openings(Duration.ofSeconds(3));
        Set<Long> delays = new HashSet<>();
        for (int i = 0; i < 2000; i++) {
            String text = openings.next().payloadText();
            assertThat(text).matches(":\nretry: [0-9]+\n");
            delays.add(Long.parseLong(text.replaceAll("[^0-9]", "")));
        }
        assertThat(delays).hasSize(16).contains(3000L, 6000L).allMatch(ms -> ms >= 3000 && ms <= 6000);
        assertThat(List.of(new Openings(Duration.ZERO).next().payloadText())).containsExactly(":\nretry: 0\n");
    }
}
