package dev.fanfare.stream;

/** More waits for a client than its stream may hold: it takes events more slowly than they are sent. */
public final class StreamFull extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StreamFull(int events, long bytes) {
        super("The stream already holds " + events + " events of " + bytes
                + " bytes that its client has not taken; wait for the stages of earlier sends");
    }
}
