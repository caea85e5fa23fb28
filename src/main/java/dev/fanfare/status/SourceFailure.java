package dev.fanfare.status;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A source can't tell a status. The {@link #reason} may be shown to clients, so it says nothing of hosts, paths or
 * classes; the message and the cause are for the log.
 */
public final class SourceFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final Duration notBefore;
    private final boolean isOutage;

    /** A failure with the same words for clients and for the log. */
    public SourceFailure(String reason) {
        this(reason, reason, Duration.ZERO, null);
    }

    /**
     * A failure.
     *
     * @param reason for clients, as what the source does: {@code answers with status 500}
     * @param message for the log
     * @param notBefore the source does not want to be asked again sooner than this; zero if it did not say
     */
    public SourceFailure(String reason, String message, Duration notBefore, @Nullable Throwable cause) {
        this(reason, message, notBefore, cause, false);
    }

    private SourceFailure(
            String reason, String message, Duration notBefore, @Nullable Throwable cause, boolean isOutage) {
        super(message, cause);
        this.reason = reason;
        this.notBefore = notBefore;
        this.isOutage = isOutage;
    }

    /**
     * A failure of the whole source: it can't be reached or does not answer, whatever status it is asked for. After enough of
     * these it is asked for one status at a time only, until it is back. Otherwise as the constructor.
     */
    public static SourceFailure outage(String reason, String message, Duration notBefore, @Nullable Throwable cause) {
        return new SourceFailure(reason, message, notBefore, cause, true);
    }

    /** The failure that an exceptional stage stands for. */
    public static SourceFailure of(Throwable error) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof SourceFailure failure) {
            return failure;
        }
        return new SourceFailure("does not work", cause.toString(), Duration.ZERO, cause);
    }

    /** What is wrong, in words that clients may see. */
    public String reason() {
        return reason;
    }

    /** Whether the whole source fails, not just one of its statuses. */
    public boolean isOutage() {
        return isOutage;
    }

    /** How long the source wants to be left alone; zero if it did not say. */
    public Duration notBefore() {
        return notBefore;
    }
}
