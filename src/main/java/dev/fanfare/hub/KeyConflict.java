package dev.fanfare.hub;

/** Nothing was published, since the same publisher has used the same {@link IdempotencyKey} for other events. */
public final class KeyConflict extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KeyConflict() {
        super("The idempotency key was used for other events; repeat it only with the same content");
    }
}
