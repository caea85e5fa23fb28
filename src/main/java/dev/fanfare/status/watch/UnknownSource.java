package dev.fanfare.status.watch;

/** No source has this name. */
public final class UnknownSource extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UnknownSource(String name) {
        super("There is no status source '" + name + "'");
    }
}
