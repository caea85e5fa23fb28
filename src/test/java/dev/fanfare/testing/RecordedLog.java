package dev.fanfare.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What a logger is told until this is closed; nobody else sees it meanwhile. Thread-safe. */
public final class RecordedLog extends Handler implements AutoCloseable {
    private final Logger logger;
    private final List<LogRecord> entries = new CopyOnWriteArrayList<>();

    /** Records what is told to the logger of this name. */
    public RecordedLog(String name) {
        logger = Logger.getLogger(name);
        logger.addHandler(this);
        logger.setUseParentHandlers(false);
    }

    @Override
    public void publish(LogRecord entry) {
        if (isLoggable(entry)) { // its level and its filter, as every handler asks them
            entries.add(entry);
        }
    }

    /** How many entries there are of this level. */
    public long count(Level level) {
        return entries.stream().filter(entry -> entry.getLevel().equals(level)).count();
    }

    /** What the entries say, without their parameters. */
    public List<String> messages() {
        return entries.stream().map(LogRecord::getMessage).toList();
    }

    /** The same with their parameters. */
    public List<String> texts() {
        return entries.stream().map(new SimpleFormatter()::formatMessage).toList();
    }

    /** What an operator should see, each with its logger and what was thrown. */
    public List<String> warnings() {
        return entries.stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(entry -> entry.getLoggerName() + ": " + entry.getMessage() + " " + entry.getThrown())
                .toList();
    }

    @Override
    public void flush() {
        // Nothing is held back.
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
    }
}
