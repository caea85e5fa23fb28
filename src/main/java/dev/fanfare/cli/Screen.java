package dev.fanfare.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** Where views are drawn: a terminal, in place of the view before, or anything else, one view after the other. */
final class Screen implements AutoCloseable {
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";
    private static final String CLEAR_ALL = "\u001b[2J";
    private static final int USUAL_WIDTH = 80;
    private static final int USUAL_HEIGHT = 24;
    private static final int CTRL_C = 3;
    private static final int NO_LIMIT = 10_000;

    private final @Nullable Terminal terminal;
    private final @Nullable Attributes before;
    private final int width;
    private boolean drawn;

    private Screen(@Nullable Terminal terminal, int width) {
        this.terminal = terminal;
        this.before = terminal == null ? null : terminal.enterRawMode();
        this.width = width;
    }

    /** No terminal: whole lines, one after the other. */
    static Screen plain(int width) {
        return new Screen(null, width);
    }

    /** The terminal of the process, if its output goes to one. */
    static Screen of(Output output) {
        if (!output.isTerminal()) {
            return plain(NO_LIMIT);
        }
        try {
            return new Screen(open(), USUAL_WIDTH);
        } catch (IOException | IllegalStateException e) {
            output.notice("This terminal can't be drawn on (" + e.getMessage() + "); each view follows the last");
            return plain(NO_LIMIT);
        }
    }

    /** How many columns a line of the output may have; where it goes to no terminal, more than any line needs. */
    static int columns(Output output) {
        if (!output.isTerminal()) {
            return NO_LIMIT;
        }
        try (Terminal found = open()) {
            return positive(found.getSize().getColumns(), USUAL_WIDTH);
        } catch (IOException | IllegalStateException e) {
            return USUAL_WIDTH;
        }
    }

    /** Signals stay the process's, and nothing is asked of the terminal, which would answer as if somebody typed. */
    private static Terminal open() throws IOException {
        return TerminalBuilder.builder()
                .system(true)
                .dumb(false)
                .nativeSignals(false)
                .graphemeCluster(false)
                .build();
    }

    int width() {
        return terminal == null ? width : positive(terminal.getSize().getColumns(), USUAL_WIDTH);
    }

    int height() {
        return terminal == null ? NO_LIMIT : positive(terminal.getSize().getRows(), USUAL_HEIGHT);
    }

    private static int positive(int size, int usual) {
        return size > 0 ? size : usual;
    }

    /** Waits; false if somebody wants to end it. */
    boolean pause(Duration pause) throws InterruptedException {
        if (terminal == null) {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            return true;
        }
        long deadline = System.nanoTime() + pause.toNanos();
        for (long left = pause.toMillis(); left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
            try {
                int key = terminal.reader().read(left);
                if (key == 'q' || key == 'Q' || key == CTRL_C || key == -1) {
                    return false;
                }
            } catch (IOException e) {
                return false; // the terminal is gone
            }
        }
        return true;
    }

    /** Draws a view; false if nobody reads any more. */
    boolean show(Output output, String head, List<String> lines) {
        StringBuilder view = new StringBuilder();
        String end = terminal == null ? System.lineSeparator() : CLEAR_LINE + "\r\n";
        if (terminal != null) {
            view.append(drawn ? HOME : CLEAR_ALL + HOME);
        }
        view.append(TopView.cut(head, width())).append(end);
        lines.forEach(line -> view.append(line).append(end));
        view.append(terminal == null ? System.lineSeparator() : CLEAR_BELOW);
        drawn = true;
        return output.print(view.toString());
    }

    @Override
    public void close() {
        try {
            if (terminal != null) {
                terminal.setAttributes(before);
                terminal.close();
            }
        } catch (IOException e) {
            System.getLogger(Screen.class.getName()).log(System.Logger.Level.DEBUG, "The terminal is gone", e);
        }
    }
}
