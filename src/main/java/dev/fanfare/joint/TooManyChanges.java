package dev.fanfare.joint;

/** The limit of changes that wait for one stream has been reached. */
public final class TooManyChanges extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyChanges(int most) {
        super(most + " changes of this stream wait already; send the next one when one of them is answered, or several"
                + " members in one change");
    }
}
