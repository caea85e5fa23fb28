package dev.fanfare.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SelectorTest {

    @Test
    void anAsteriskSelectsEverything() {
        Selector selector = Selector.parse("*");
        assertThat(selector).isInstanceOf(Selector.Everything.class);
        assertThat(selector.matches(new Topic("anything"))).isTrue();
        assertThat(selector.text()).isEqualTo("*");
    }

    @Test
    void anyOtherTextSelectsTheTopicOfThatName() {
        Selector selector = Selector.parse("https://example.com/*");
        assertThat(selector.matches(new Topic("https://example.com/*"))).isTrue();
        assertThat(selector.matches(new Topic("https://example.com/1"))).isFalse();
        assertThat(selector.text()).isEqualTo("https://example.com/*");
    }

    @Test
    void whatIsNoTopicIsNoSelector() {
        assertThatThrownBy(() -> Selector.parse("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Selector.parse("a\nb")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void topicsAreComparedCharacterByCharacter() {
        assertThat(Selector.parse("a").matches(new Topic("A"))).isFalse();
        assertThat(Selector.parse("\u00E9").matches(new Topic("e\u0301"))).isFalse();
    }

    @Test
    void selectorsAreOrderedByTheirText() {
        assertThat(new TreeSet<>(List.of(Selector.parse("b"), Selector.parse("*"), Selector.parse("a"))))
                .extracting(Selector::text)
                .containsExactly("*", "a", "b");
    }

    @Test
    void aTopicNamedAsteriskIsNotTakenForEverything() {
        Selector exact = Selector.exact(new Topic("*"));
        assertThat(exact).isNotEqualByComparingTo(Selector.parse("*"));
        assertThat(new TreeSet<>(List.of(exact, Selector.parse("*")))).hasSize(2);
    }
}
