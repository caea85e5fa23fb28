package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FloorsTest {

    @Test
    void classesThatUseOnlyThoseBelowThemHaveNoArrowUp() {
        Floors floors = Floors.of(Map.of("Top", List.of("Middle", "Bottom"), "Middle", List.of("Bottom")));

        assertThat(floors.arrowsUp()).isEmpty();
    }

    @Test
    void aCircleLosesOneArrow() {
        Floors floors = Floors.of(Map.of("A", List.of("B"), "B", List.of("C"), "C", List.of("A")));

        assertThat(floors.arrowsUp()).hasSize(1);
    }

    /** Turning any other arrow around would leave one of the two circles. */
    @Test
    void theArrowThatTwoCirclesShareIsTheOneThatGoesUp() {
        Floors floors =
                Floors.of(Map.of("A", List.of("B", "C"), "B", List.of("D"), "C", List.of("D"), "D", List.of("A")));

        assertThat(floors.arrowsUp()).containsExactly("D -> A");
    }

    @Test
    void twoCirclesWithNothingInCommonLoseAnArrowEach() {
        Floors floors = Floors.of(
                Map.of("A", List.of("B"), "B", List.of("A"), "C", List.of("D"), "D", List.of("E"), "E", List.of("C")));

        assertThat(floors.arrowsUp()).hasSize(2);
    }

    @Test
    void aKnotThatIsTooLargeFailsInPlaceOfSearchingForHours() {
        Map<String, List<String>> pairs = new HashMap<>();
        for (int i = 0; i < 13; i++) {
            pairs.put("A" + i, List.of("B" + i));
            pairs.put("B" + i, List.of("A" + i));
        }

        assertThatThrownBy(() -> Floors.of(pairs).arrowsUp()).hasMessage("More than 12 arrows go up");
    }
}
