package dev.fanfare.stream;

/** A stream is over: its client left, or it was ended. */
public final class StreamClosed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** It is over. */
    public StreamClosed() {
        super("The stream is closed");
    }
}
