package dev.fanfare.cli;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a server does, as lines for a terminal of any width, or as JSON. Immutable. */
final class TopView {
    private static final List<String> STREAMS = List.of("topics", "status", "joint", "broadcast", "single");
    private static final String ALL = "";
    private static final double KIB = 1024;

    private final Numbers before;
    private final Numbers now;
    private final JsonObject statuses;

    /**
     * @param before an earlier moment, for what happens in a second
     * @param statuses of {@code GET /status}; empty where the client may not see it
     */
    TopView(Numbers before, Numbers now, JsonObject statuses) {
        this.before = before;
        this.now = now;
        this.statuses = statuses;
    }

    /** The lines, none longer than the width, and no more than the height. */
    List<String> lines(int width, int height) {
        List<String> lines = new ArrayList<>();
        lines.add("Streams  " + count("fanfare_connections") + " open" + kinds());
        lines.add("         " + rate("fanfare_streams_opened_total") + "/s opened  "
                + rate("fanfare_streams_closed_total") + "/s closed" + faults());
        lines.add("Events   " + rate("fanfare_events_published_total") + "/s published  "
                + rate("fanfare_events_sent_total") + "/s sent  "
                + bytes(now.rate(before, "fanfare_sent_bytes_total", ALL)) + "/s");
        lines.add("Behind   " + count("fanfare_subscriptions_blocked") + " blocked  "
                + shown(now.sum("fanfare_subscriptions_lagging", "at_least=\"1\"")) + " lagging, at most "
                + count("fanfare_lag_max_events") + " events  " + count("fanfare_subscriptions_catching_up")
                + " reading history  " + count("fanfare_gaps_total") + " gaps");
        lines.add("History  " + (now.sum("fanfare_history_up", ALL) > 0 ? "up  " : "DOWN  ")
                + count("fanfare_history_events") + " events  " + bytes(now.sum("fanfare_history_bytes", ALL)) + "  "
                + rate("fanfare_history_commits_seconds_count") + " commits/s");
        if (now.has("fanfare_log_up")) {
            lines.add("Log      " + (now.sum("fanfare_log_up", ALL) > 0 ? "up" : "DOWN") + node() + "  "
                    + count("fanfare_log_lag_events") + " events behind  " + count("fanfare_log_waiting") + " waiting");
        }
        lines.add("Process  " + percent("process_cpu_usage") + " CPU  heap "
                + bytes(now.sum("jvm_memory_used_bytes", "area=\"heap\"")) + "  " + count("jvm_threads_live_threads")
                + " threads");
        addSources(lines);
        return lines.stream()
                .limit(Math.max(1, height))
                .map(line -> cut(line, width))
                .toList();
    }

    private void addSources(List<String> lines) {
        List<JsonObject> sources = sources().toList();
        if (sources.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add(row("SOURCE", "WATCHES", "CLIENTS", "FAILING", "POLLS/S"));
        for (JsonObject source : sources) {
            String label = "source=\"" + source.getString("name") + "\"";
            lines.add(row(
                    source.getString("name"),
                    String.valueOf(source.getInt("watchCount", 0)),
                    String.valueOf(clients(source)),
                    shown(now.sum("fanfare_watches_failing", label)),
                    source.getString("kind", "").equals("pushed")
                            ? "pushed"
                            : decimal(now.rate(before, "fanfare_polls_total", label))));
        }
    }

    private Stream<JsonObject> sources() {
        JsonArray sources = statuses.getJsonArray("sources");
        return sources == null ? Stream.of() : sources.stream().map(JsonValue::asJsonObject);
    }

    private static int clients(JsonObject source) {
        JsonArray watches = source.getJsonArray("watches");
        return watches == null
                ? 0
                : watches.stream()
                        .mapToInt(watch -> watch.asJsonObject().getInt("clients", 0))
                        .sum();
    }

    private static String row(String name, String... cells) {
        StringBuilder row = new StringBuilder(String.format("%-16s", cut(name, 16)));
        for (String cell : cells) {
            row.append(String.format(" %8s", cell));
        }
        return row.toString();
    }

    private String kinds() {
        StringBuilder kinds = new StringBuilder();
        for (String kind : STREAMS) {
            double open = now.sum("fanfare_subscriptions", "stream=\"" + kind + "\"");
            if (open > 0) {
                kinds.append("  ").append(shown(open)).append(' ').append(kind);
            }
        }
        return kinds.toString();
    }

    /** Streams that nobody meant to end, since the server began. */
    private String faults() {
        StringBuilder faults = new StringBuilder();
        for (String reason : List.of("stalled", "lagged", "pinned", "failed")) {
            double closed = now.sum("fanfare_streams_closed_total", "reason=\"" + reason + "\"");
            if (closed > 0) {
                faults.append("  ").append(shown(closed)).append(' ').append(reason);
            }
        }
        return faults.toString();
    }

    private String node() {
        return statuses.containsKey("node") ? "  node " + statuses.getString("node") : "";
    }

    private String count(String metric) {
        return shown(now.sum(metric, ALL));
    }

    private String rate(String metric) {
        return decimal(now.rate(before, metric, ALL));
    }

    private String percent(String metric) {
        return String.format(Locale.ROOT, "%.0f%%", now.sum(metric, ALL) * 100);
    }

    private static String shown(double number) {
        return String.format(Locale.ROOT, "%,.0f", number);
    }

    private static String decimal(double number) {
        return number >= 100 || number == 0 ? shown(number) : String.format(Locale.ROOT, "%.1f", number);
    }

    private static String bytes(double number) {
        double left = number;
        for (String unit : List.of("B", "KiB", "MiB", "GiB")) {
            if (left < KIB) {
                return decimal(left) + " " + unit;
            }
            left /= KIB;
        }
        return decimal(left) + " TiB";
    }

    static String cut(String line, int width) {
        return line.length() <= width ? line : line.substring(0, Math.max(0, width - 1)) + "…";
    }

    /** One object: the numbers as {@code /metrics} has them, and what happened in a second. */
    String json() {
        JsonObjectBuilder object = Json.createObjectBuilder()
                .add("streams", now.sum("fanfare_connections", ALL))
                .add("publishedPerSecond", now.rate(before, "fanfare_events_published_total", ALL))
                .add("sentPerSecond", now.rate(before, "fanfare_events_sent_total", ALL))
                .add("sentBytesPerSecond", now.rate(before, "fanfare_sent_bytes_total", ALL))
                .add("openedPerSecond", now.rate(before, "fanfare_streams_opened_total", ALL))
                .add("closedPerSecond", now.rate(before, "fanfare_streams_closed_total", ALL))
                .add("blocked", now.sum("fanfare_subscriptions_blocked", ALL))
                .add("lagMaxEvents", now.sum("fanfare_lag_max_events", ALL))
                .add("historyUp", now.sum("fanfare_history_up", ALL) > 0)
                .add("historyEvents", now.sum("fanfare_history_events", ALL));
        return object.add("status", statuses).build().toString();
    }
}
