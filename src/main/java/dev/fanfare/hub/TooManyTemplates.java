package dev.fanfare.hub;

/** A client could not join, since as many different URI templates are subscribed to as may be. */
public final class TooManyTemplates extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyTemplates(int most) {
        super("There are subscriptions to " + most
                + " different URI templates, as many as may be; subscribe to exact topics, or come again later");
    }
}
