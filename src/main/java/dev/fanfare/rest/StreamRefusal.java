package dev.fanfare.rest;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a client gets in place of a stream. A native {@code EventSource} gives up for good on any status but 200, so it is
 * answered with 200, a reconnection delay of its own and the end of the stream; others get 503 with {@code Retry-After}.
 *
 * @param reason why, in a word: {@code full}, {@code shutdown} and others
 * @param retry when to come back; another one for each client, so that they don't all come at once
 */
public record StreamRefusal(String reason, Duration retry) {
    /** Says in an answer of 200 why the stream ended at once. */
    public static final String HEADER = "Fanfare-Refused";

    /** The reason where the service stops. */
    public static final String SHUTDOWN = "shutdown";

    private static final Duration RETRY_LEAST = Duration.ofSeconds(5);
    private static final Duration RETRY_MOST = Duration.ofSeconds(30);

    /** A refusal with a delay of its own. */
    public static StreamRefusal of(String reason) {
        return new StreamRefusal(
                reason,
                Duration.ofMillis(
                        ThreadLocalRandom.current().nextLong(RETRY_LEAST.toMillis(), RETRY_MOST.toMillis() + 1)));
    }

    /** The whole stream that an {@code EventSource} gets. */
    public String stream() {
        return ": refused, " + reason + "\nretry: " + retry.toMillis() + "\n";
    }

    /** What others are told. */
    public String words() {
        return "The server can't open a stream now (" + reason + "); try again later.";
    }
}
