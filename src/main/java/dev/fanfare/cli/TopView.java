package dev.fanfare.cli;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a server does, as lines for a terminal of any width, or as JSON. Immutable. */
final class TopView {
    private static final List<String> STREAMS = List.of("topics", "status", "joint", "broadcast", "single");
    private static final String ALL = "";
    private static final String UNKNOWN = "-";
    private static final double KIB = 1024;

    private final Numbers before;
    private final Numbers now;
    private final TopMoment moment;

    TopView(TopMoment moment) {
        this.moment = moment;
        this.before = moment.before();
        this.now = moment.numbers();
    }

    /** The lines, none longer than the width, and no more than the height. */
    List<String> lines(int width, int height) {
        List<String> lines = new ArrayList<>();
        lines.add("Streams  " + count("fanfare_connections") + " open" + kinds());
        lines.add("         " + rate("fanfare_streams_opened_total") + "/s opened  "
                + rate("fanfare_streams_closed_total") + "/s closed" + faults());
        lines.add("Events   " + rate("fanfare_events_published_total") + "/s published  "
                + rate("fanfare_events_sent_total") + "/s sent  "
                + bytesPerSecond("fanfare_sent_bytes_total") + "/s");
        lines.add("Behind   " + count("fanfare_subscriptions_blocked") + " blocked  "
                + lagging() + " lagging, at most "
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
        lines.addAll(moment.notes());
        lines.addAll(new TopTables(moment).lines(width, height - lines.size()));
        return lines.stream()
                .limit(Math.max(1, height))
                .map(line -> cut(line, width))
                .toList();
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
        String node = moment.statuses().getString("node", "");
        return node.isEmpty() ? "" : "  node " + node;
    }

    private String lagging() {
        String metric = "fanfare_subscriptions_lagging";
        return now.has(metric) ? shown(now.sum(metric, "at_least=\"1\"")) : UNKNOWN;
    }

    private String count(String metric) {
        return now.has(metric) ? shown(now.sum(metric, ALL)) : UNKNOWN;
    }

    private String rate(String metric) {
        return hasRate(metric) ? decimal(now.rate(before, metric, ALL)) : UNKNOWN;
    }

    private boolean hasRate(String metric) {
        return now.has(metric) && !before.series().isEmpty();
    }

    private String bytesPerSecond(String metric) {
        return hasRate(metric) ? bytes(now.rate(before, metric, ALL)) : UNKNOWN;
    }

    private String percent(String metric) {
        return !now.has(metric) ? UNKNOWN : String.format(Locale.ROOT, "%.0f%%", now.sum(metric, ALL) * 100);
    }

    static String shown(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String shown(double number) {
        return String.format(Locale.ROOT, "%,.0f", number);
    }

    static String decimal(double number) {
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
        JsonArrayBuilder notes = Json.createArrayBuilder();
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
        if (!moment.server().isEmpty()) {
            object.add("topics", new TopTables(moment).topicsAsJson());
        }
        moment.notes().forEach(notes::add);
        return object.add("status", moment.statuses())
                .add("notes", notes)
                .build()
                .toString();
    }
}
