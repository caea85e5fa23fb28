package dev.fanfare.cli;

import java.io.PrintStream;
import picocli.CommandLine.Help.Ansi;

/**
 * Where a command writes: results to standard output, notices to standard error. Colours only on a terminal. Thread-safe as
 * the streams are.
 */
final class Output {
    private final PrintStream out;
    private final PrintStream err;
    private final boolean colours;

    Output(PrintStream out, PrintStream err, boolean colours) {
        this.out = out;
        this.err = err;
        this.colours = colours;
    }

    /** That of the process. */
    static Output ofProcess() {
        return new Output(System.out, System.err, Ansi.AUTO.enabled());
    }

    /**
     * Prints a line of the result.
     *
     * @return false if nobody reads any more, as at {@code | head -1}
     */
    boolean line(String text) {
        return print(text + System.lineSeparator());
    }

    /** The same without a line end. */
    boolean print(String text) {
        out.print(text);
        return !out.checkError();
    }

    /** Tells the person at the terminal something that is no result. */
    void notice(String words) {
        err.println(Printable.of(words));
    }

    /** Draws on the terminal, beside the result. */
    void progress(String text) {
        err.print(text);
        err.flush();
    }

    /** Whether somebody looks at it, and it can be drawn on. */
    boolean isTerminal() {
        return colours;
    }

    /** What a server says, as it is; on a terminal without the signs that it would obey. */
    String shown(String text) {
        return colours ? Printable.of(text) : text;
    }

    /** The text in a colour of picocli's markup, such as {@code fg(green)} or {@code faint}, on a terminal. */
    String styled(String style, String text) {
        if (!colours) {
            return text;
        }
        String start = Ansi.Style.on(Ansi.Style.parse(style));
        return start + text + Ansi.Style.off(Ansi.Style.parse(style));
    }
}
