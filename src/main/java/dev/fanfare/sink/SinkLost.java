package dev.fanfare.sink;

import dev.fanfare.stream.CloseReason;

/** A sink was closed though its client had not left: it was too slow, or something broke. */
public final class SinkLost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final CloseReason reason;

    SinkLost(CloseReason reason) {
        super("The sink was closed: " + reason);
        this.reason = reason;
    }

    /** Why it was closed. */
    public CloseReason reason() {
        return reason;
    }
}
