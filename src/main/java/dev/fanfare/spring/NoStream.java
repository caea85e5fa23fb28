package dev.fanfare.spring;

/** A request that is answered without a stream. */
final class NoStream extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /** @param status 204 or 404 */
    NoStream(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
