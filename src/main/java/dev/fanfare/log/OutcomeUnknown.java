package dev.fanfare.log;

/**
 * Nobody knows whether events were kept: the history did not say so in time, or it was closed, or it failed, while it was
 * writing them. They may reach subscribers yet. A publisher that repeats them uses the same idempotency key.
 */
public final class OutcomeUnknown extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message what kept the outcome from being known */
    public OutcomeUnknown(String message) {
        super(message);
    }

    /** @param message what kept the outcome from being known */
    public OutcomeUnknown(String message, Throwable cause) {
        super(message, cause);
    }
}
