package dev.fanfare.status.watch;

import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.Status;
import dev.fanfare.status.rules.ChangeRule;
import dev.fanfare.status.rules.Fingerprint;
import jakarta.json.JsonValue;
import org.jspecify.annotations.Nullable;

/** The newest status that a source told, as rule sets look at it. Not thread-safe. */
final class Newest {
    private final Status status;
    private final ChangeRule base;
    private final Fingerprint print;
    // Several times as large as its text, so it is let go of.
    private @Nullable JsonValue value;

    private Newest(Status status, ChangeRule base, Fingerprint print, JsonValue value) {
        this.status = status;
        this.base = base;
        this.print = print;
        this.value = value;
    }

    /** @throws SourceFailure if it is nested too deep */
    static Newest of(JsonValue value, SourceSettings settings) {
        Fingerprint print;
        try {
            print = settings.change().fingerprint(value);
        } catch (IllegalArgumentException e) {
            throw new SourceFailure("gives a status that is nested too deep");
        }
        Status status =
                new Status(print.id(), JsonText.write(value), settings.end().holds(value));
        return new Newest(status, settings.change(), print, value);
    }

    /** As the source's own rules see it. */
    Status status() {
        return status;
    }

    Fingerprint under(ChangeRule rule) {
        return rule.equals(base) ? print : rule.fingerprint(value());
    }

    JsonValue value() {
        JsonValue kept = value;
        return kept != null ? kept : JsonText.read(status.json());
    }

    String json() {
        return status.json();
    }

    /** Keeps the text only. */
    void forgetValue() {
        value = null;
    }
}
