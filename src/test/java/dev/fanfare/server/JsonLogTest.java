package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.time.Instant;
import java.time.ZoneId;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class JsonLogTest {
    private static String line(LogRecord entry) {
        return new JsonLog(ZoneId.of("+02:00")).format(entry);
    }

    @Test
    void aRecordIsAnObjectInALineWithTheTimeZone() {
        LogRecord entry = new LogRecord(Level.WARNING, "two\nlines \"quoted\" {0}");
        entry.setParameters(new Object[] {7});
        entry.setLoggerName("dev.fanfare.X");
        entry.setInstant(Instant.parse("2026-11-30T10:00:00.123Z"));
        entry.setThrown(new IllegalStateException("why"));

        String line = line(entry);
        assertThat(line.strip()).doesNotContain("\n");
        JsonObject read = Json.createReader(new StringReader(line)).readObject();
        assertThat(read.getString("time")).isEqualTo("2026-11-30T12:00:00.123+02:00");
        assertThat(read.getString("level")).isEqualTo("WARNING");
        assertThat(read.getString("logger")).isEqualTo("dev.fanfare.X");
        assertThat(read.getString("message")).isEqualTo("two\nlines \"quoted\" 7");
        assertThat(read.getString("error")).startsWith("java.lang.IllegalStateException: why");
    }

    @Test
    void aRecordOfNobodyIsOneToo() {
        JsonObject read = Json.createReader(new StringReader(line(new LogRecord(Level.INFO, null))))
                .readObject();
        assertThat(read.getString("logger")).isEqualTo("null");
    }
}
