package dev.fanfare.status.watch;

/** The source has as many watches as it may. */
public final class TooManyWatches extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyWatches(String source, int most) {
        super("The status source '" + source + "' is watched with " + most
                + " different sets of parameter values already, which is its bound");
    }
}
