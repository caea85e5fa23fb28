package dev.fanfare.cli;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code /metrics} said at a moment, by the name of each series with its labels. Immutable.
 *
 * @param nanos when, on the scale of {@link System#nanoTime}
 */
record Numbers(Map<String, Double> series, long nanos) {
    private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{[^}]*})?) (\\S+)(?: \\S+)?");
    private static final double NANOS = 1e9;

    /** Nothing, at no moment. */
    static final Numbers NONE = new Numbers(Map.of(), 0);

    Numbers {
        series = Collections.unmodifiableMap(new TreeMap<>(series));
    }

    /** Reads Prometheus' text format; what is no sample is passed over. */
    static Numbers parse(String text, long nanos) {
        Map<String, Double> series = new TreeMap<>();
        text.lines().forEach(line -> {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                try {
                    series.put(matcher.group(1), Double.valueOf(matcher.group(2)));
                } catch (NumberFormatException e) {
                    // NaN and Inf are spelled otherwise there, and are no numbers to show.
                    series.remove(matcher.group(1));
                }
            }
        });
        return new Numbers(series, nanos);
    }

    /** The sum of all series of a metric that have {@code label}, such as {@code stream="topics"}; of all where it is empty. */
    double sum(String metric, String label) {
        return series.entrySet().stream()
                .filter(one -> is(one.getKey(), metric) && one.getKey().contains(label))
                .mapToDouble(Map.Entry::getValue)
                .filter(Double::isFinite)
                .sum();
    }

    private static boolean is(String series, String metric) {
        return series.startsWith(metric)
                && (series.length() == metric.length() || series.charAt(metric.length()) == '{');
    }

    /** Whether the server tells it. */
    boolean has(String metric) {
        return series.keySet().stream().anyMatch(name -> is(name, metric));
    }

    /** How much a counter grew since {@code before}, in a second; 0 if it began anew. */
    double rate(Numbers before, String metric, String label) {
        double seconds = (nanos - before.nanos) / NANOS;
        return seconds <= 0 ? 0 : Math.max(0, sum(metric, label) - before.sum(metric, label)) / seconds;
    }
}
