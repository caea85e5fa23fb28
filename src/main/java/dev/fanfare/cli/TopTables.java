package dev.fanfare.cli;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The topics, sources and nodes of a server, as tables that have room in what is left of a terminal. Immutable. */
final class TopTables {
    private static final int CELL = 12;
    private static final int NARROWEST = 8;
    private static final int WIDEST = 60;
    private static final int MILLIS = 1000;
    private static final int LEAST_ROWS = 3;

    /**
     * A table.
     *
     * @param left how many rows the server has besides
     */
    private record Table(List<String> head, List<List<String>> rows, long left) {
        boolean isEmpty() {
            return rows.isEmpty();
        }
    }

    private final TopMoment now;

    TopTables(TopMoment now) {
        this.now = now;
    }

    /** The tables that have rows, with an empty line before each; no more lines than the height. */
    List<String> lines(int width, int height) {
        Table topics = topics();
        Table sources = sources();
        Table nodes = nodes();
        int few = Math.max(LEAST_ROWS, height / 4);
        List<String> last = new ArrayList<>(lines(sources, width, few));
        last.addAll(lines(nodes, width, few));
        List<String> all = new ArrayList<>(lines(topics, width, Math.max(LEAST_ROWS, height - last.size() - 3)));
        all.addAll(last);
        return all.subList(0, Math.min(all.size(), Math.max(0, height)));
    }

    private static List<String> lines(Table table, int width, int most) {
        if (table.isEmpty()) {
            return List.of();
        }
        int longest =
                table.rows().stream().mapToInt(row -> row.get(0).length()).max().orElse(0);
        int columns = Math.min(table.head().size() - 1, Math.max(0, (width - NARROWEST) / CELL));
        int cells = columns * CELL;
        int name = Math.max(
                NARROWEST,
                Math.min(
                        width - cells,
                        Math.min(WIDEST, Math.max(longest, table.head().get(0).length()))));
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(line(table.head(), name, columns));
        table.rows().stream().limit(most).forEach(row -> lines.add(line(row, name, columns)));
        long left = table.left() + Math.max(0, table.rows().size() - most);
        if (left > 0) {
            lines.add(String.format(Locale.ROOT, "and %,d more", left));
        }
        return lines;
    }

    /** As many columns as have room. */
    private static String line(List<String> row, int name, int columns) {
        StringBuilder line =
                new StringBuilder(String.format(Locale.ROOT, "%-" + name + "s", TopView.cut(row.get(0), name)));
        row.stream()
                .skip(1)
                .limit(columns)
                .forEach(cell -> line.append(String.format(Locale.ROOT, " %" + (CELL - 1) + "s", cell)));
        return line.toString();
    }

    private Table topics() {
        JsonObject topics = TopReader.object(now.server(), "topics");
        Map<String, Long> eventsBefore = eventsBefore();
        List<List<String>> rows = objects(topics, "listed")
                .map(topic -> {
                    Double rate = rate(topic, eventsBefore);
                    return List.of(
                            name(topic),
                            TopView.shown(number(topic, "subscribers")),
                            rate == null ? "-" : TopView.decimal(rate));
                })
                .toList();
        return new Table(List.of("TOPIC", "SUBSCRIBERS", "EVENTS/S"), rows, number(topics, "count") - rows.size());
    }

    private Map<String, Long> eventsBefore() {
        Map<String, Long> events = new HashMap<>();
        objects(TopReader.object(now.serverBefore(), "topics"), "listed")
                .forEach(topic -> events.put(name(topic), number(topic, "events")));
        return events;
    }

    /** What came in a second between two looks of the server at itself; null if it has not been listed in both. */
    private @Nullable Double rate(JsonObject topic, Map<String, Long> eventsBefore) {
        Long earlier = eventsBefore.get(name(topic));
        double seconds = (number(now.server(), "now") - number(now.serverBefore(), "now")) / (double) MILLIS;
        return earlier == null || seconds <= 0 ? null : Math.max(0, number(topic, "events") - earlier) / seconds;
    }

    private static String name(JsonObject topic) {
        JsonArray selectors = topic.getJsonArray("selectors");
        String all = selectors == null
                ? ""
                : selectors.getValuesAs(JsonString.class).stream()
                        .map(JsonString::getString)
                        .collect(Collectors.joining(", "));
        long more = number(topic, "more");
        return visible(more > 0 ? all + " +" + more : all);
    }

    /** Whoever subscribes chooses the text; a terminal would do what is in it. */
    private static String visible(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    private Table sources() {
        List<List<String>> rows = objects(now.statuses(), "sources")
                .map(source -> {
                    String label = "source=\"" + source.getString("name") + "\"";
                    return List.of(
                            source.getString("name"),
                            TopView.shown(number(source, "watchCount")),
                            TopView.shown(objects(source, "watches")
                                    .mapToLong(watch -> number(watch, "clients"))
                                    .sum()),
                            TopView.shown(failing(source, label)),
                            source.getString("kind", "").equals("pushed") ? "pushed" : polls(label));
                })
                .toList();
        return new Table(List.of("SOURCE", "WATCHES", "CLIENTS", "FAILING", "POLLS/S"), rows, 0);
    }

    private long failing(JsonObject source, String label) {
        return now.numbers().has("fanfare_watches_failing")
                ? Math.round(now.numbers().sum("fanfare_watches_failing", label))
                : objects(source, "watches")
                        .filter(watch -> number(watch, "failures") > 0)
                        .count();
    }

    private String polls(String label) {
        return now.numbers().has("fanfare_polls_total")
                        && !now.before().series().isEmpty()
                ? TopView.decimal(now.numbers().rate(now.before(), "fanfare_polls_total", label))
                : "-";
    }

    /** Those that poll something for all; a node alone has no name. */
    private Table nodes() {
        String own = now.statuses().getString("node", "");
        if (own.isEmpty()) {
            return new Table(List.of("NODE"), List.of(), 0);
        }
        Map<String, Long> polled = objects(now.statuses(), "sources")
                .flatMap(source -> objects(source, "watches"))
                .map(watch -> watch.getString("owner", ""))
                .filter(owner -> !owner.isEmpty())
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
        polled.putIfAbsent(own, 0L);
        List<List<String>> rows = polled.entrySet().stream()
                .map(node -> List.of(
                        visible(node.getKey()) + (node.getKey().equals(own) ? " (this one)" : ""),
                        TopView.shown(node.getValue())))
                .toList();
        return new Table(List.of("NODE", "POLLS"), rows, 0);
    }

    /** The topics for a program to read. */
    JsonObjectBuilder topicsAsJson() {
        JsonObject topics = TopReader.object(now.server(), "topics");
        Map<String, Long> eventsBefore = eventsBefore();
        JsonArrayBuilder listed = Json.createArrayBuilder();
        objects(topics, "listed").forEach(topic -> {
            JsonObjectBuilder each = Json.createObjectBuilder(topic);
            Double rate = rate(topic, eventsBefore);
            listed.add(rate == null ? each : each.add("eventsPerSecond", rate));
        });
        return Json.createObjectBuilder().add("count", number(topics, "count")).add("listed", listed);
    }

    private static Stream<JsonObject> objects(JsonObject from, String name) {
        return from.get(name) instanceof JsonArray array
                ? array.stream().filter(JsonObject.class::isInstance).map(JsonValue::asJsonObject)
                : Stream.of();
    }

    private static long number(JsonObject from, String name) {
        return from.get(name) instanceof JsonNumber number ? number.longValue() : 0;
    }
}
