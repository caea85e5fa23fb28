package dev.fanfare.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TemplateCostsTest {
    private static final long MOST = 60;

    private static Selector.Template template(String text) {
        return (Selector.Template) Selector.parse(text);
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(length + 1); i > 0; i--) {
            text.append("ab".charAt(random.nextInt(2)));
        }
        return text.toString();
    }

    private static long passes(List<Selector.Template> templates, String topic) {
        return templates.stream()
                .filter(template -> topic.startsWith(template.prefix()))
                .mapToLong(Selector::passes)
                .sum();
    }

    @Test
    void whateverComesAndGoesNoTopicIsReadMoreOftenThanTheBound() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        TemplateCosts costs = new TemplateCosts(MOST);
        List<Selector.Template> present = new ArrayList<>();
        long largest = 0;
        for (int round = 0; round < 20_000; round++) {
            if (random.nextInt(3) == 0 && !present.isEmpty()) {
                costs.remove(present.remove(random.nextInt(present.size())));
            } else {
                Selector.Template next =
                        template(text(random, 5) + "{v" + round + (random.nextBoolean() ? "}" : ",w,x}"));
                if (costs.add(next)) {
                    present.add(next);
                }
            }
            long read = passes(present, text(random, 8));
            assertThat(read).as("seed %d, round %d", seed, round).isLessThanOrEqualTo(MOST);
            largest = Math.max(largest, read);
        }
        assertThat(largest).as("the bound is used, seed %d", seed).isGreaterThan(MOST / 2);
        present.forEach(costs::remove);
        for (int i = 0; i < MOST / 3; i++) {
            assertThat(costs.add(template("{v" + i + "}")))
                    .as("all has been taken out")
                    .isTrue();
        }
        assertThat(costs.add(template("{more}"))).isFalse();
    }

    @Test
    void prefixesOfAnyLengthAreCounted() {
        TemplateCosts costs = new TemplateCosts(6);
        String longest = "x".repeat(1000);
        assertThat(costs.add(template(longest + "{a}"))).isTrue();
        assertThat(costs.add(template(longest + "y{a}"))).isTrue();
        assertThat(costs.add(template("x{a}"))).isFalse();
        costs.remove(template(longest + "{a}"));
        assertThat(costs.add(template("x{a}"))).isTrue();
        assertThat(costs.add(template("y{a}"))).isTrue();
    }
}
