package dev.fanfare.history;

import org.jspecify.annotations.Nullable;

/** A history can't be opened as the settings say; the message says why and what would help. Nothing was changed. */
public final class HistoryRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean mayPass;

    /** The settings are wrong, so trying again would not help. */
    public HistoryRefused(String message) {
        this(message, null, false);
    }

    /** The settings are wrong, so trying again would not help. */
    public HistoryRefused(String message, Throwable cause) {
        this(message, cause, false);
    }

    private HistoryRefused(String message, @Nullable Throwable cause, boolean mayPass) {
        super(message, cause);
        this.mayPass = mayPass;
    }

    /** The settings are right, and the reason may pass: the disk, or another process that has the file. */
    public static HistoryRefused forNow(String message, @Nullable Throwable cause) {
        return new HistoryRefused(message, cause, true);
    }

    /** Whether the same settings may do later. */
    public boolean mayPass() {
        return mayPass;
    }
}
