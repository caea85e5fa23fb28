package dev.fanfare.server;

import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.Authority;
import dev.fanfare.auth.TokenContents;
import dev.fanfare.auth.TokenRefused;
import dev.fanfare.event.Durations;
import dev.fanfare.stream.Ticker;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What stands in a token, and whether a server of this configuration takes it. */
final class TokenInspection {
    /** A little longer than a key set may take to be fetched. */
    private static final Duration FOR_KEYS = Duration.ofSeconds(6);

    private static final int LOOK_AGAIN_MS = 50;

    private final TokenContents contents;
    private final Map<String, String> verdicts = new LinkedHashMap<>();
    private final Instant now;
    private boolean taken;

    /**
     * Looks into a token.
     *
     * @throws IllegalArgumentException if it is none
     * @throws InterruptedException while a key set is being fetched
     */
    TokenInspection(String token, AuthSettings settings, Ticker ticker) throws InterruptedException {
        contents = TokenContents.of(token, settings.limits());
        now = ticker.now();
        try (Authority authority = new Authority(settings, ticker)) {
            judge("publisher", () -> authority.publisher(token));
            judge("subscriber", () -> authority.subscriber(token));
        }
    }

    private void judge(String role, Runnable check) throws InterruptedException {
        long deadline = System.nanoTime() + FOR_KEYS.toNanos();
        while (true) {
            try {
                check.run();
                verdicts.put(role, "taken");
                taken = true;
                return;
            } catch (TokenRefused e) {
                if (e.kind() != TokenRefused.Kind.UNVERIFIABLE || System.nanoTime() - deadline > 0) {
                    verdicts.put(role, "refused: " + e.getMessage());
                    return;
                }
                Thread.sleep(LOOK_AGAIN_MS);
            }
        }
    }

    /** Whether it is good for a publisher or a subscriber. */
    boolean isTaken() {
        return taken;
    }

    /** A line for each fact. */
    void print(Consumer<String> lines) {
        line(lines, "algorithm", contents.algorithm());
        line(lines, "key", contents.keyId());
        line(lines, "issuer", contents.issuer());
        line(lines, "subject", contents.subject());
        line(lines, "not before", moment(contents.notBefore()));
        line(lines, "expires", contents.expiresAt() == null ? "never" : moment(contents.expiresAt()));
        line(lines, "publish", selectors(contents.publish()));
        line(lines, "subscribe", selectors(contents.subscribe()));
        verdicts.forEach((role, verdict) -> line(lines, "as " + role, verdict));
    }

    private static void line(Consumer<String> lines, String name, @Nullable String value) {
        if (value != null) {
            lines.accept(String.format("%-14s%s", name, value));
        }
    }

    private static String selectors(List<String> selectors) {
        return selectors.isEmpty() ? "nothing" : String.join(", ", selectors);
    }

    private @Nullable String moment(@Nullable Instant moment) {
        if (moment == null) {
            return null;
        }
        Duration from = Duration.between(now, moment).truncatedTo(ChronoUnit.SECONDS);
        String shown = Durations.inTwoUnits(from);
        return moment.truncatedTo(ChronoUnit.SECONDS)
                + (from.isNegative() ? " (" + shown + " ago)" : " (in " + shown + ")");
    }

    /** The same as one JSON object. */
    String json() {
        JsonObjectBuilder object = Json.createObjectBuilder().add("algorithm", contents.algorithm());
        add(object, "keyId", contents.keyId());
        add(object, "issuer", contents.issuer());
        add(object, "subject", contents.subject());
        add(object, "notBefore", contents.notBefore());
        add(object, "expires", contents.expiresAt());
        object.add("publish", Json.createArrayBuilder(contents.publish()));
        object.add("subscribe", Json.createArrayBuilder(contents.subscribe()));
        verdicts.forEach(object::add);
        return object.build().toString();
    }

    private static void add(JsonObjectBuilder object, String name, @Nullable Object value) {
        if (value != null) {
            object.add(name, value.toString());
        }
    }
}
