package dev.fanfare.cli;

/** A line on a terminal that changes in place; nothing where there is no terminal. For one thread. */
final class Progress implements AutoCloseable {
    /** The terminal cuts what has no room, so that its width need not be known. */
    private static final String NO_WRAPPING = "\u001b[?7l";

    private static final String WRAPPING = "\u001b[?7h";
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final Output output;
    private boolean shown;

    Progress(Output output) {
        this.output = output;
    }

    void show(String words) {
        if (output.isTerminal()) {
            output.progress(CLEAR_LINE + NO_WRAPPING + words + WRAPPING);
            shown = true;
        }
    }

    void clear() {
        if (shown) {
            output.progress(CLEAR_LINE);
            shown = false;
        }
    }

    @Override
    public void close() {
        clear();
    }
}
