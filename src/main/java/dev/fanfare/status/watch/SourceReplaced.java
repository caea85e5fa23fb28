package dev.fanfare.status.watch;

/** The source was replaced or removed after it was looked up; who asks has to look it up again, and be judged again. */
public final class SourceReplaced extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    SourceReplaced(String name) {
        super("The status source '" + name + "' has just been configured anew");
    }
}
