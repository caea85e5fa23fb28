package dev.fanfare.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EventTest {

    private static Consumer<String> named(String what) {
        return switch (what) {
            case "event id" -> EventId::new;
            case "topic" -> Topic::new;
            default -> text -> Event.builder().type(text).build();
        };
    }

    static Stream<Arguments> lines() {
        return Stream.of(
                Arguments.of("event id", EventId.MAX_BYTES),
                Arguments.of("topic", Topic.MAX_BYTES),
                Arguments.of("event type", Event.MAX_TYPE_BYTES));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aLineRefusesEveryControlCharacter(String what, int maxBytes) {
        for (char c = 0; c < 0xA0; c++) {
            if (c < 0x20 || c >= 0x7F) {
                String text = "a" + c + "b";
                assertThatThrownBy(() -> named(what).accept(text))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(what)
                        .hasMessageContaining(String.format("U+%04X", (int) c))
                        .hasMessageContaining("index 1");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aLineRefusesHalfASurrogatePair(String what, int maxBytes) {
        for (String text : List.of("a\uD83D", "\uDE00b", "\uD83D\uD83D\uDE00", "\uDE00\uD83D")) {
            assertThatThrownBy(() -> named(what).accept(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("surrogate");
        }
        assertThatCode(() -> named(what).accept("\uD83D\uDE00")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aLineIsNeverEmpty(String what, int maxBytes) {
        assertThatThrownBy(() -> named(what).accept(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty");
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aLineIsBoundedByItsBytesInUtf8(String what, int maxBytes) {
        for (String sign : List.of("a", "\u00E9", "\u20AC", "\uD83D\uDE00")) {
            int bytes = sign.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            String most = sign.repeat(maxBytes / bytes);
            String full = most + "x".repeat(maxBytes % bytes);
            assertThatCode(() -> named(what).accept(full)).doesNotThrowAnyException();
            assertThatThrownBy(() -> named(what).accept(full + "x"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining((maxBytes + 1) + " bytes");
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aLineTakesWhatABrowserTakes(String what, int maxBytes) {
        for (String text : List.of(" ", ":", "#", "\u00A0", "\u2028", "\uFEFF", "a b", "http://example.com/\u00FC")) {
            assertThatCode(() -> named(what).accept(text)).doesNotThrowAnyException();
        }
    }

    @Test
    void idsOfTheHubBeginWithANumberSign() {
        assertThat(new EventId("#a.1").isHubMade()).isTrue();
        assertThat(new EventId("a#1").isHubMade()).isFalse();
    }

    @Test
    void retryIsFromZeroToItsMaximum() {
        assertThat(Event.builder().retry(Duration.ZERO).build().retry()).isZero();
        assertThat(Event.builder().retry(Event.MAX_RETRY).build().retry()).isEqualTo(Event.MAX_RETRY);
        assertThatThrownBy(() -> Event.builder().retry(Duration.ofMillis(-1)).build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        Event.builder().retry(Event.MAX_RETRY.plusMillis(1)).build())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void topicsAreCopied() {
        List<Topic> topics = new ArrayList<>(List.of(new Topic("a")));
        Event event = new Event(null, topics, null, "", null, null, false);
        topics.add(new Topic("b"));
        assertThat(event.topics()).containsExactly(new Topic("a"));
    }

    @Test
    void anotherIdChangesNothingElse() {
        Event event = Event.builder()
                .topic("t")
                .type("x")
                .data("d")
                .comment("c")
                .retry(Duration.ofSeconds(1))
                .isPrivate(true)
                .build();
        Event named = event.withId(new EventId("7"));
        assertThat(named.id()).isEqualTo(new EventId("7"));
        assertThat(named).usingRecursiveComparison().ignoringFields("id").isEqualTo(event);
    }
}
