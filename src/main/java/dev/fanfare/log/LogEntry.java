package dev.fanfare.log;

import dev.fanfare.event.Event;

/**
 * An event that has its place in the log.
 *
 * @param position the place, 1 for the first event of a log
 * @param event the event as it was appended; without an id if its publisher gave none
 */
public record LogEntry(long position, Event event) {}
