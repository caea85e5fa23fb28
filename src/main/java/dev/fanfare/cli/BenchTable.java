package dev.fanfare.cli;

import dev.fanfare.cli.load.LoadResult;
import dev.fanfare.event.Durations;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What a load has found, as a table or as JSON. Immutable. */
final class BenchTable {
    private static final double NANOS_OF_A_MILLI = 1e6;
    private static final double NANOS_OF_A_MICRO = 1e3;
    private static final double NANOS = 1e9;

    private final LoadResult result;
    private final @Nullable Double cpuNanos;
    private final String cpuUnknown;

    /**
     * @param cpuNanos the server's CPU time while it was measured; null if it is not known
     * @param cpuUnknown why it is not
     */
    BenchTable(LoadResult result, @Nullable Double cpuNanos, String cpuUnknown) {
        this.result = result;
        this.cpuNanos = cpuNanos;
        this.cpuUnknown = cpuUnknown;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(row("subscribers", shown(result.subscribers()) + " of " + shown(result.asked())));
        result.lost().forEach((reason, count) -> lines.add(row("", shown(count) + " " + Printable.of(reason))));
        lines.add(row("publishers", String.valueOf(result.plan().publishers())));
        result.failures().stream().distinct().forEach(failure -> lines.add(row("", Printable.of(failure))));
        lines.add(row("topics", shown(result.plan().topics())));
        lines.add(row("measured", Durations.inTwoUnits(Duration.ofMillis(Math.round(result.seconds() * 1e3)))));
        lines.add(row("events", shown(result.events()) + ", " + decimal(perSecond(result.events())) + "/s"));
        lines.add(
                row("deliveries", shown(result.deliveries()) + ", " + decimal(perSecond(result.deliveries())) + "/s"));
        lines.add(row("missed", shown(result.missed())));
        lines.add(row("repeated", shown(result.repeated())));
        lines.add(row("delivery", percentiles(result.latency())));
        lines.add(row("answer", percentiles(result.answers())));
        lines.add(row("server CPU", cpu()));
        return lines;
    }

    private static String row(String name, String value) {
        return String.format(Locale.ROOT, "%-12s %s", name, value);
    }

    private double perSecond(long count) {
        return count / result.seconds();
    }

    private static String percentiles(Histogram nanos) {
        if (nanos.getTotalCount() == 0) {
            return "nothing came";
        }
        return "p50 " + millis(nanos, 50) + "  p90 " + millis(nanos, 90) + "  p99 " + millis(nanos, 99) + "  p99.9 "
                + millis(nanos, 99.9) + "  max " + millis(nanos, 100) + " ms";
    }

    private static String millis(Histogram nanos, double percentile) {
        return String.format(Locale.ROOT, "%.2f", nanos.getValueAtPercentile(percentile) / NANOS_OF_A_MILLI);
    }

    private String cpu() {
        if (cpuNanos == null) {
            return "not known: " + cpuUnknown;
        }
        String cores = String.format(Locale.ROOT, "%.2f cores", cpuNanos / NANOS / result.seconds());
        return result.deliveries() == 0
                ? cores
                : cores
                        + String.format(
                                Locale.ROOT, ", %.1f us a delivery", cpuNanos / NANOS_OF_A_MICRO / result.deliveries());
    }

    private static String shown(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, number >= 100 ? "%,.0f" : "%,.1f", number);
    }

    String json() {
        JsonObjectBuilder object = Json.createObjectBuilder()
                .add("subscribers", result.subscribers())
                .add("subscribersAsked", result.asked())
                .add("publishers", result.plan().publishers())
                .add("topics", result.plan().topics())
                .add("seconds", result.seconds())
                .add("events", result.events())
                .add("eventsPerSecond", perSecond(result.events()))
                .add("deliveries", result.deliveries())
                .add("deliveriesPerSecond", perSecond(result.deliveries()))
                .add("missed", result.missed())
                .add("repeated", result.repeated())
                .add("deliveryMs", json(result.latency()))
                .add("answerMs", json(result.answers()));
        if (cpuNanos != null) {
            object.add("serverCpuSeconds", cpuNanos / NANOS);
        }
        JsonArrayBuilder faults = Json.createArrayBuilder();
        result.lost().forEach((reason, count) -> faults.add("subscribers " + reason + ": " + count));
        result.failures().forEach(faults::add);
        return object.add("faults", faults).build().toString();
    }

    private static JsonObjectBuilder json(Histogram nanos) {
        JsonObjectBuilder object = Json.createObjectBuilder();
        if (nanos.getTotalCount() > 0) {
            for (double percentile : new double[] {50, 90, 99, 99.9}) {
                object.add(
                        "p" + (percentile == 99.9 ? "99.9" : String.valueOf((int) percentile)),
                        nanos.getValueAtPercentile(percentile) / NANOS_OF_A_MILLI);
            }
            object.add("max", nanos.getMaxValue() / NANOS_OF_A_MILLI);
        }
        return object;
    }
}
