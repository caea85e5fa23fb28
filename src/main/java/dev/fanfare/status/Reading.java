package dev.fanfare.status;

import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a source says of a status when it is asked. A source that can't tell fails instead, see {@link StatusSource}. */
public sealed interface Reading {

    /**
     * The status.
     *
     * @param value the status as it is now, whole
     * @param validator given back with the next question, so that the source can answer {@link Unchanged}; null if it can't
     * @param notBefore the source does not want to be asked again sooner than this; zero if it does not care
     */
    record Value(JsonValue value, @Nullable String validator, Duration notBefore) implements Reading {
        public Value {
            requireNotNegative(notBefore);
        }
    }

    /**
     * The status is the one that the validator in the question belongs to.
     *
     * @param notBefore as in {@link Value}
     */
    record Unchanged(Duration notBefore) implements Reading {
        public Unchanged {
            requireNotNegative(notBefore);
        }
    }

    /** There is no such status, for good: one that was known has ended. */
    record Gone() implements Reading {}

    /**
     * There is no such status now. One that was known is stale, and has ended when the source has said so for {@link
     * SourceSettings#goneAfter}; one that was not may be waited for, see {@link SourceSettings.Missing}.
     */
    record Missing() implements Reading {}

    /** A status without validator, to be asked for again whenever it is due. */
    static Reading of(JsonValue value) {
        return new Value(value, null, Duration.ZERO);
    }

    /** A status that is a text. */
    static Reading ofText(String text) {
        return of(Json.createValue(text));
    }

    private static void requireNotNegative(Duration notBefore) {
        if (notBefore.isNegative()) {
            throw new IllegalArgumentException("notBefore is " + notBefore + "; it must be zero or more");
        }
    }
}
