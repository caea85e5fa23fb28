package dev.fanfare.suite;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers in Prometheus' text. */
final class MetricsReader {
    private static final Pattern LINE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{(?:[a-zA-Z_]+=\"[^\"\\n]*\",?)*})?) ([0-9.eE+-]+|NaN)");

    private final Map<String, Double> numbers = new HashMap<>();

    private MetricsReader() {}

    /** Reads a text; a line that is neither a comment nor a number fails. */
    static MetricsReader read(String text) {
        MetricsReader reader = new MetricsReader();
        for (String line : text.split("\n")) {
            if (line.startsWith("# HELP ") || line.startsWith("# TYPE ")) {
                continue;
            }
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new AssertionError("no line of Prometheus' text format: " + line);
            }
            if (reader.numbers.put(matcher.group(1), Double.valueOf(matcher.group(2))) != null) {
                throw new AssertionError("twice: " + line);
            }
        }
        return reader;
    }

    /** The number of a metric with these labels, names and values in turn; names in alphabetical order. */
    long number(String name, String... labels) {
        StringBuilder key = new StringBuilder(name);
        for (int i = 0; i < labels.length; i += 2) {
            key.append(i == 0 ? '{' : ',')
                    .append(labels[i])
                    .append("=\"")
                    .append(labels[i + 1])
                    .append('"');
        }
        Double number = numbers.get(labels.length == 0 ? name : key.append('}').toString());
        if (number == null) {
            throw new AssertionError(key + " is not among " + new TreeSet<>(numbers.keySet()));
        }
        return number.longValue();
    }

    /** The numbers of all whose name and labels begin so, together. */
    long sum(String beginning) {
        return numbers.entrySet().stream()
                .filter(number -> number.getKey().startsWith(beginning))
                .mapToLong(number -> number.getValue().longValue())
                .sum();
    }

    /** All metrics with their labels. */
    Map<String, Double> numbers() {
        return Map.copyOf(numbers);
    }
}
