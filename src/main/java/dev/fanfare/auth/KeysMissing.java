package dev.fanfare.auth;

/** A key set has no keys now; the message says why, without its secrets. */
public final class KeysMissing extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KeysMissing(String message) {
        super(message);
    }
}
