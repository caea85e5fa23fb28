package dev.fanfare.history;

/** A history can't be opened as the settings say; the message says why and what would help. Nothing was changed. */
public final class HistoryRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    public HistoryRefused(String message) {
        super(message);
    }

    public HistoryRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
