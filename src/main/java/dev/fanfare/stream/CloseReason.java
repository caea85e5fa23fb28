package dev.fanfare.stream;

/** Why a stream ended. */
public enum CloseReason {
    /** The client closed the connection or broke it. */
    LEFT,
    /** All was sent that there was to send. */
    ENDED,
    /**
     * The client took nothing, or next to nothing, for the whole write timeout; or for a second, where all threads that may
     * write to clients were held by such.
     */
    STALLED,
    /** The client fell behind what is kept, and there is no history to catch up from. */
    LAGGED,
    /** The stream reached its maximum duration; the client resumes. */
    EXPIRED,
    /** Clients held more half-written frames than the bound allows, and this one had moved least. */
    PINNED,
    /** The service stops. */
    SHUTDOWN,
    /** Something broke on the server's side; the log says what. */
    FAILED;

    /** Whether the stream was cut off though neither the client nor the server meant it to end. */
    public boolean isFault() {
        return this == STALLED || this == LAGGED || this == PINNED || this == FAILED;
    }
}
