package dev.fanfare.status;

import jakarta.json.Json;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A source that says what a test has it say, and counts. Thread-safe. */
public final class ScriptedSource implements StatusSource {
    private volatile Supplier<CompletionStage<Reading>> answer =
            () -> CompletableFuture.failedStage(new SourceFailure("has nothing to say yet"));
    private int reads;
    private int open;
    private int mostOpen;
    private @Nullable String lastValidator;

    @Override
    public CompletionStage<Reading> read(Map<String, String> params, @Nullable String validator) {
        synchronized (this) {
            reads++;
            open++;
            mostOpen = Math.max(mostOpen, open);
            lastValidator = validator;
        }
        CompletionStage<Reading> stage = answer.get();
        stage.whenComplete((reading, error) -> closeOne());
        return stage;
    }

    private synchronized void closeOne() {
        open--;
    }

    public ScriptedSource says(String json) {
        return says(Reading.of(json(json)));
    }

    public ScriptedSource says(Reading reading) {
        return answers(() -> CompletableFuture.completedStage(reading));
    }

    public ScriptedSource fails(RuntimeException failure) {
        return answers(() -> CompletableFuture.failedStage(failure));
    }

    public ScriptedSource answers(Supplier<CompletionStage<Reading>> stages) {
        answer = stages;
        return this;
    }

    public synchronized int reads() {
        return reads;
    }

    public synchronized int mostOpen() {
        return mostOpen;
    }

    public synchronized @Nullable String lastValidator() {
        return lastValidator;
    }

    public static JsonValue json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readValue();
        }
    }
}
