package dev.fanfare.status;

/** The source has reached its limit of watches. The message is for the client. */
public final class TooManyWatches extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * One watch too many.
     *
     * @param source the name of the source
     * @param most its limit
     */
    public TooManyWatches(String source, int most) {
        super("The status source '" + source + "' has reached its limit of " + most
                + " watches at a time (fanfare.limits.watches)");
    }
}
