package dev.fanfare.spring;

/** A stream ended in its midst: its client took nothing for too long, fell behind what is kept, or is to come back. */
final class StreamCutOff extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StreamCutOff() {
        super("The stream was cut off; its client reconnects", null, false, false);
    }
}
