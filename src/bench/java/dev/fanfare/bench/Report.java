package dev.fanfare.bench;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Results as a table for people and as JSON for machines. */
final class Report {
    private final List<Result> results;

    Report(List<Result> results) {
        this.results = List.copyOf(results);
    }

    /** One table for each row: medians of the rounds, in brackets the ratio to the bare loop. */
    String table() {
        return results.stream().map(Result::row).distinct().map(this::tableOf).collect(Collectors.joining("\n"));
    }

    private String tableOf(Row row) {
        List<Result> ofRow =
                results.stream().filter(result -> result.row().equals(row)).toList();
        List<String> names = List.copyOf(ofRow.get(0).figures().keySet());
        StringBuilder table = new StringBuilder("| " + row.name() + " | " + String.join(" | ", names) + " |\n|---|"
                + "---:|".repeat(names.size()) + "\n");
        for (Subject subject : subjects()) {
            if (ofRow.stream().noneMatch(result -> result.subject() == subject)) {
                continue;
            }
            table.append("| ").append(subject.name().toLowerCase(Locale.ROOT)).append(" | ");
            for (String name : names) {
                double median = median(ofRow, subject, name);
                double bare = median(ofRow, Subject.BARE, name);
                table.append(String.format(Locale.ROOT, median >= 1000 ? "%,.0f" : "%.2f", median));
                if (bare > 0 && subject != Subject.BARE) {
                    table.append(String.format(Locale.ROOT, " (%.2f)", median / bare));
                }
                table.append(" | ");
            }
            table.append('\n');
        }
        return table.toString();
    }

    private List<Subject> subjects() {
        return List.copyOf(new TreeSet<>(Arrays.asList(Subject.values())));
    }

    private static double median(List<Result> results, Subject subject, String figure) {
        double[] values = results.stream()
                .filter(result -> result.subject() == subject)
                .mapToDouble(result -> result.figures().getOrDefault(figure, Double.NaN))
                .sorted()
                .toArray();
        return values.length == 0 ? Double.NaN : values[values.length / 2];
    }

    String json() {
        JsonArrayBuilder all = Json.createArrayBuilder();
        for (Result result : results) {
            JsonObjectBuilder one = Json.createObjectBuilder()
                    .add("round", result.round())
                    .add("row", result.row().name())
                    .add("subject", result.subject().name().toLowerCase(Locale.ROOT));
            result.figures().forEach(one::add);
            all.add(one);
        }
        return Json.createObjectBuilder()
                .add("java", System.getProperty("java.version"))
                .add("system", System.getProperty("os.name") + " " + System.getProperty("os.version"))
                .add("cores", Runtime.getRuntime().availableProcessors())
                .add("results", all)
                .build()
                .toString();
    }
}
