package dev.fanfare.cli;

import org.jspecify.annotations.Nullable;

/** A command can't do what it was asked for. The message is for the person at the terminal; a server may have worded it. */
public final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int FAILED = 1;
    private static final int REFUSED = 2;

    private final int exitStatus;

    /** It was tried, and failed. */
    public CommandFailed(String message) {
        this(message, null);
    }

    CommandFailed(String message, @Nullable Throwable cause) {
        this(FAILED, message, cause);
    }

    private CommandFailed(int exitStatus, String message, @Nullable Throwable cause) {
        super(Printable.of(message), cause);
        this.exitStatus = exitStatus;
    }

    /** The options make no sense; the message says what would. */
    static CommandFailed badOption(String message, @Nullable Throwable cause) {
        return new CommandFailed(REFUSED, message, cause);
    }

    /** As above, without a cause. */
    public static CommandFailed badOption(String message) {
        return badOption(message, null);
    }

    /** 1 if the command failed, 2 if it was not tried since its options make no sense. */
    public int exitStatus() {
        return exitStatus;
    }
}
