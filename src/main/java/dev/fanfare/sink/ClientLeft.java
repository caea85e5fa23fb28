package dev.fanfare.sink;

/** The client left before its stream was open: no fault, and nobody is there to hear of it. */
public final class ClientLeft extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param cause what its leaving broke */
    public ClientLeft(Throwable cause) {
        super("The client left before its stream was open", cause);
    }
}
