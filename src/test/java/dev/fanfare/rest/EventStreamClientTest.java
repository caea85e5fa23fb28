package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventStreamClientTest {
    private static boolean sent(String... accept) {
        return EventStreamClient.sent(Map.of("Accept", List.of(accept)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/event-stream",
                "TEXT/Event-Stream; charset=utf-8",
                "application/json, text/event-stream;q=0.5",
                "text/html,text/event-stream;q=0.01"
            })
    void aClientThatNamesTheTypeReadsEventStreams(String accept) {
        assertThat(sent(accept)).isTrue();
        assertThat(sent("text/html", accept)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "text/*",
                "*",
                "",
                "text/event-stream;q=0",
                "text/event-stream; q=0.000",
                "text/event-streams"
            })
    void aClientThatDoesNotNameTheTypeIsAnyClient(String accept) {
        assertThat(sent(accept)).isFalse();
        assertThat(EventStreamClient.sent(Map.of())).isFalse();
    }
}
