package dev.fanfare.hub;

/** A client could not join, since the URI templates that are subscribed to have reached a limit. */
public final class TooManyTemplates extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private TooManyTemplates(String limit) {
        super(limit + " (fanfare.limits.templates); subscribe to exact topics, or try again later");
    }

    static TooManyTemplates number(int most) {
        return new TooManyTemplates("The limit of " + most + " different URI templates is reached");
    }

    static TooManyTemplates cost(boolean anonymous) {
        return new TooManyTemplates("The URI templates that are subscribed to"
                + (anonymous ? " without a token" : "")
                + " have reached the limit of what comparing topics with them may cost, and these have many variables");
    }
}
