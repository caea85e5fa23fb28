package dev.fanfare.server;

import jakarta.json.Json;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObjectBuilder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** A record of the log as a JSON object in a line. Thread-safe. */
final class JsonLog extends Formatter {
    /** Found once: the search is logged itself, at the level debug, and would come back here without an end. */
    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    private final ZoneId zone;

    /** @param zone in which times are told */
    JsonLog(ZoneId zone) {
        this.zone = zone;
    }

    @Override
    public String format(LogRecord entry) {
        JsonObjectBuilder object = JSON.createObjectBuilder()
                .add(
                        "time",
                        DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                                entry.getInstant().atZone(zone)))
                .add("level", entry.getLevel().getName())
                .add("logger", String.valueOf(entry.getLoggerName()))
                .add("message", String.valueOf(formatMessage(entry)))
                .add("thread", entry.getLongThreadID());
        if (entry.getThrown() != null) {
            StringWriter trace = new StringWriter();
            entry.getThrown().printStackTrace(new PrintWriter(trace));
            object.add("error", trace.toString());
        }
        return object.build() + System.lineSeparator();
    }
}
