package dev.fanfare.cli;

import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceFailure;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Asks a server what {@code top} shows, and says in words what it does not tell. For one thread. */
final class TopReader {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final String NOW = "now";
    private static final String HIDDEN = "not shown: ";

    private final Server server;
    private Numbers before = Numbers.NONE;
    private JsonObject earlier = JsonValue.EMPTY_JSON_OBJECT;
    private JsonObject latest = JsonValue.EMPTY_JSON_OBJECT;

    TopReader(Server server) {
        this.server = server;
    }

    /**
     * What the server says now.
     *
     * @throws CommandFailed if it tells nothing of what it does; says what would help
     */
    TopMoment read() throws IOException, InterruptedException {
        List<String> notes = new ArrayList<>();
        HttpResponse<String> own = get("status/fanfare", "application/json");
        remember(own);
        HttpResponse<String> metrics = get("metrics", "text/plain");
        Numbers numbers;
        Numbers previous = before;
        if (metrics.statusCode() == OK) {
            numbers = Numbers.parse(metrics.body(), System.nanoTime());
        } else if (latest.isEmpty()) {
            throw new CommandFailed(
                    metrics.statusCode() == NOT_FOUND
                            ? "The server has no /metrics: set fanfare.metrics.enabled=true there, or fanfare.console=on"
                            : String.valueOf(refused(metrics).getMessage()));
        } else {
            numbers = numbersOf(latest);
            previous = earlier.isEmpty() ? Numbers.NONE : numbersOf(earlier);
            notes.add("Metrics  " + HIDDEN
                    + (metrics.statusCode() == NOT_FOUND
                            ? "set fanfare.metrics.enabled=true there"
                            : refused(metrics).getMessage()));
        }
        if (own.statusCode() != OK) {
            notes.add("Topics   " + HIDDEN
                    + (own.statusCode() == NOT_FOUND
                            ? "set fanfare.console=on there"
                            : refused(own).getMessage()));
        }
        HttpResponse<String> statuses = get("status", "application/json");
        if (statuses.statusCode() != OK) {
            notes.add("Sources  " + HIDDEN + refused(statuses).getMessage());
        }
        before = numbers;
        return new TopMoment(previous, numbers, earlier, latest, json(statuses), notes);
    }

    /** The server looks at itself once a second, so what it says may be what it said before. */
    private void remember(HttpResponse<String> own) throws IOException {
        JsonObject said = json(own);
        if (said.isEmpty() || !Objects.equals(said.get(NOW), latest.get(NOW))) {
            earlier = latest;
            latest = said;
        }
    }

    private static JsonObject json(HttpResponse<String> answer) throws IOException {
        try {
            return answer.statusCode() == OK && JsonText.parse(answer.body()) instanceof JsonObject object
                    ? object
                    : JsonValue.EMPTY_JSON_OBJECT;
        } catch (SourceFailure e) {
            throw new IOException("its " + answer.uri().getPath() + " is no JSON", e);
        }
    }

    /** Under the names that the metrics have. */
    private static Numbers numbersOf(JsonObject own) {
        Map<String, Double> series = new TreeMap<>();
        JsonObject streams = object(own, "streams");
        double open = 0;
        for (Map.Entry<String, JsonValue> kind : object(streams, "open").entrySet()) {
            double count = kind.getValue() instanceof JsonNumber number ? number.doubleValue() : 0;
            series.put("fanfare_subscriptions{stream=\"" + kind.getKey() + "\"}", count);
            open += count;
        }
        series.put("fanfare_connections", open);
        put(series, "fanfare_events_sent_total", streams, "sent");
        put(series, "fanfare_sent_bytes_total", streams, "bytes");
        put(series, "fanfare_lag_max_events", streams, "lag");
        put(series, "fanfare_subscriptions_blocked", streams, "blocked");
        put(series, "fanfare_subscriptions_catching_up", streams, "catchingUp");
        JsonObject log = object(own, "log");
        put(series, "fanfare_events_published_total", log, "published");
        put(series, "fanfare_gaps_total", log, "gaps");
        put(series, "fanfare_history_events", log, "kept");
        put(series, "fanfare_history_bytes", log, "bytes");
        series.put("fanfare_history_up", log.containsKey("fault") ? 0.0 : 1.0);
        JsonObject cluster = object(own, "cluster");
        if (!cluster.isEmpty()) {
            series.put("fanfare_log_up", cluster.containsKey("fault") ? 0.0 : 1.0);
            put(series, "fanfare_log_lag_events", cluster, "lag");
        }
        put(series, "jvm_memory_used_bytes{area=\"heap\"}", object(own, "memory"), "used");
        long millis = own.get(NOW) instanceof JsonNumber now ? now.longValue() : 0;
        return new Numbers(series, Duration.ofMillis(millis).toNanos());
    }

    private static void put(Map<String, Double> series, String metric, JsonObject from, String name) {
        if (from.get(name) instanceof JsonNumber number) {
            series.put(metric, number.doubleValue());
        }
    }

    static JsonObject object(JsonObject from, String name) {
        return from.get(name) instanceof JsonObject found ? found : JsonValue.EMPTY_JSON_OBJECT;
    }

    private static CommandFailed refused(HttpResponse<String> answer) {
        return Answers.refused(
                answer.uri(),
                answer.statusCode(),
                answer.headers().firstValue("Content-Type").orElse(""),
                answer.body());
    }

    private HttpResponse<String> get(String path, String accept) throws IOException, InterruptedException {
        URI given = server.uri();
        String own = String.valueOf(given.getRawPath());
        URI uri = given.resolve((own.endsWith("/") ? own : own + "/") + path);
        return server.client()
                .send(
                        server.request(uri)
                                .header("Accept", accept)
                                .timeout(PATIENCE)
                                .build(),
                        BoundedText.handler());
    }
}
