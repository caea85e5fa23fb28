package dev.fanfare.history.sqlite;

import static org.awaitility.Awaitility.await;

import dev.fanfare.history.HistoryRefused;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Opens files that a history in this process has just closed. Stateless. */
public final class Freed {
    private Freed() {}

    /** Where the machine is busy, a history lets go of its file a moment after {@code close} has returned: waits for that. */
    public static <T> T open(Callable<T> opening) {
        return await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsMatching(e -> e instanceof HistoryRefused
                        && String.valueOf(e.getMessage()).contains("in use by this process"))
                .until(opening, opened -> true);
    }
}
