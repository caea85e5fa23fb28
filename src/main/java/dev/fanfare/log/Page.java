package dev.fanfare.log;

import java.util.List;

/**
 * A stretch of the log as a {@link History} still has it: every event in ({@code after}, {@code upTo}] that the reader
 * selected.
 *
 * @param after where the stretch begins; above the position asked for if what lay between is gone
 * @param events the selected events, in log order
 * @param upTo where the stretch ends; all that was selected up to here is in {@code events}
 */
public record Page(long after, List<LogEntry> events, long upTo) {
    /** Copies the list. */
    public Page {
        events = List.copyOf(events);
    }
}
