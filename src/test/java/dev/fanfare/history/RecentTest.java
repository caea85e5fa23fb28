package dev.fanfare.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.log.PositionRing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The rings of the memory history, against lists. */
class RecentTest {

    @RepeatedTest(20)
    void recentElementsAreFoundByTheirNumber() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Recent<String> recent = new Recent<>();
        List<String> all = new ArrayList<>();
        int removed = 0;
        for (int step = 0; step < 3000; step++) {
            if (random.nextInt(step % 1000 < 600 ? 3 : 2) > 0 || all.size() == removed) {
                all.add("e" + step);
                recent.add("e" + step);
            } else {
                assertThat(recent.first()).as("seed %d", seed).isEqualTo(all.get(removed));
                recent.removeFirst();
                removed++;
            }
            assertThat(recent.head()).isEqualTo(all.size());
            assertThat(recent.size()).isEqualTo(all.size() - removed);
            if (recent.size() > 0) {
                int index = removed + random.nextInt(all.size() - removed);
                assertThat(recent.get(index + 1)).as("seed %d", seed).isEqualTo(all.get(index));
            }
        }
    }

    @Test
    void whatIsNotThereIsNotFound() {
        Recent<String> recent = new Recent<>();
        assertThatThrownBy(() -> recent.get(1)).isInstanceOf(NoSuchElementException.class);
        recent.add("a");
        recent.add("b");
        recent.removeFirst();
        assertThatThrownBy(() -> recent.get(1)).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> recent.get(3)).isInstanceOf(NoSuchElementException.class);
        assertThat(recent.get(2)).isEqualTo("b");
    }

    @RepeatedTest(20)
    void positionsAreAListThatLosesItsFirst() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        PositionRing positions = new PositionRing();
        ArrayDeque<Long> model = new ArrayDeque<>();
        long last = 0;
        for (int step = 0; step < 2000; step++) {
            boolean grows = step / 500 % 2 == 0; // and shrinks, by turns
            if (random.nextInt(5) < (grows ? 4 : 1)) {
                last += 1 + random.nextInt(3);
                positions.add(last);
                model.add(last);
            } else if (!model.isEmpty()) {
                long first = model.peek();
                assertThat(positions.removeFirst(first - 1)).isFalse();
                model.remove();
                assertThat(positions.removeFirst(first)).as("seed %d", seed).isEqualTo(model.isEmpty());
            }
            assertThat(positions.size()).isEqualTo(model.size());
            assertThat(positions.room()).as("seed %d", seed).isLessThanOrEqualTo(Math.max(8, 4 * model.size() + 4));
            long asked = random.nextLong(last + 2);
            int index = positions.indexAfter(asked);
            assertThat((long) index)
                    .as("seed %d", seed)
                    .isEqualTo(
                            model.stream().filter(position -> position <= asked).count());
        }
    }
}
