package dev.fanfare.hub;

/** A client could not join, since the URI templates that are subscribed to have reached a limit. */
public final class TooManyTemplates extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private TooManyTemplates(String limit) {
        super(limit + "; subscribe to exact topics, or try again later");
    }

    static TooManyTemplates number(int most) {
        return new TooManyTemplates(
                "The limit of " + most + " different URI templates is reached (fanfare.limits.templates)");
    }

    static TooManyTemplates cost(boolean anonymous) {
        return new TooManyTemplates(
                "The URI templates that are subscribed to"
                        + (anonymous ? " without a token" : "")
                        + " have reached the limit of what comparing topics with them may cost, and these have many variables (fanfare.limits.templates)");
    }

    static TooManyTemplates sameTopics() {
        return new TooManyTemplates(
                "The URI templates that are subscribed to without a token, and may select the same topics as"
                        + " these, have reached the limit of what comparing a topic with them may cost"
                        + " (fanfare.limits.anonymous-passes)");
    }
}
