package dev.fanfare.status;

/** The parameters are not those of the source, or a value is not allowed. The message is for the client: what is wrong, and what would be right. */
public final class ParamsRefused extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    ParamsRefused(String message) {
        super(message);
    }
}
