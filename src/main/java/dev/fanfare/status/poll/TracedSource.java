package dev.fanfare.status.poll;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.tracing.Tracing;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Asks a source for one status, in a span if that is recorded. Thread-safe. */
final class TracedSource implements StatusSource {
    private final StatusSource source;
    private final Tracing tracing;
    private final String name;
    private final String url;

    TracedSource(StatusSource source, Tracing tracing, String name, StatusUrl url) {
        this.source = source;
        this.tracing = tracing;
        this.name = name;
        this.url = url.topic().value();
    }

    @Override
    public CompletionStage<Reading> read(Map<String, String> params, @Nullable String validator) {
        Tracing.Poll span = tracing.polling(name, url);
        if (span == null) {
            return source.read(params, validator);
        }
        CompletionStage<Reading> stage;
        try {
            stage = span.ask(() -> source.read(params, validator));
        } catch (RuntimeException | Error e) {
            span.end("failed", e);
            throw e;
        }
        stage.whenComplete(
                (reading, error) -> span.end(outcome(reading), error == null ? null : SourceFailure.of(error)));
        return stage; // and not the one that depends on it: to cancel that would leave the read open
    }

    private static String outcome(@Nullable Reading reading) {
        return reading == null ? "failed" : reading.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
