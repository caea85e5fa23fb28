package dev.fanfare.log;

/**
 * A history can't keep or read events now: its disk is full or broken, or more waits for it than may. Nothing that was
 * acknowledged is lost; the same call may succeed later. The message is for operators and tells of files.
 */
public final class HistoryUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message what failed and what would help */
    public HistoryUnavailable(String message) {
        super(message);
    }

    /** @param message what failed and what would help */
    public HistoryUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
