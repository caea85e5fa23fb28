package dev.fanfare.suite;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A session of <a href="https://www.w3.org/TR/webdriver-bidi/">WebDriver BiDi</a>, the protocol by which a browser is driven without
 * a program between. For one thread.
 */
final class WebDriverBidi implements AutoCloseable {
    private static final long PATIENCE_S = 120;

    private final Map<Long, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
    private final AtomicLong commands = new AtomicLong();
    private final Consumer<JsonObject> events;
    private final WebSocket socket;

    /** Connects; what the browser says unasked goes to {@code events}, in a thread of the connection. */
    WebDriverBidi(URI endpoint, Consumer<JsonObject> events) {
        this.events = events;
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(endpoint, new Messages())
                .orTimeout(PATIENCE_S, TimeUnit.SECONDS)
                .join();
    }

    /** Sends a command, waits for its result. An error of the browser is an {@link AssertionError} with its words. */
    JsonObject send(String method, JsonObject parameters) {
        long id = commands.incrementAndGet();
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        answers.put(id, answer);
        JsonObject command = Json.createObjectBuilder()
                .add("id", id)
                .add("method", method)
                .add("params", parameters)
                .build();
        try {
            socket.sendText(command.toString(), true)
                    .orTimeout(PATIENCE_S, TimeUnit.SECONDS)
                    .join();
            return answer.orTimeout(PATIENCE_S, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new AssertionError("The browser did not carry out " + command, e.getCause());
        } finally {
            answers.remove(id);
        }
    }

    @Override
    public void close() {
        socket.abort();
    }

    private void take(JsonObject message) {
        switch (message.getString("type")) {
            case "event" -> events.accept(message);
            case "success" -> answer(message).complete(message.getJsonObject("result"));
            default -> answer(message).completeExceptionally(new AssertionError(message.toString()));
        }
    }

    /** An answer that nobody waits for any more goes to a future that nobody has. */
    private CompletableFuture<JsonObject> answer(JsonObject message) {
        JsonValue id = message.get("id");
        CompletableFuture<JsonObject> waiting = id == null || id == JsonValue.NULL
                ? null
                : answers.get(message.getJsonNumber("id").longValue());
        return waiting == null ? new CompletableFuture<>() : waiting;
    }

    /** Puts messages together from the parts that they come in. */
    private final class Messages implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                String whole = text.toString();
                text.setLength(0);
                try (JsonReader reader = Json.createReader(new StringReader(whole))) {
                    take(reader.readObject());
                }
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            onError(from, new AssertionError("The browser has closed the session: " + status + " " + reason));
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            answers.values().forEach(each -> each.completeExceptionally(error));
        }
    }
}
