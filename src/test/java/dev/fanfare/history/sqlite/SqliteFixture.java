package dev.fanfare.history.sqlite;

import static dev.fanfare.history.Histories.ROOMY;
import static dev.fanfare.history.Histories.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.stream.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A history in a file, opened for a test and closed after it. */
@Timeout(240)
abstract class SqliteFixture {
    static final long LEAST_BYTES = SqliteKeeper.LEAST_BYTES;

    @TempDir
    Path directory;

    final List<SqliteHistory> opened = new ArrayList<>();
    final SystemTicker ticker = new SystemTicker();

    static HistorySettings sqlite(HistorySettings settings, Path path) {
        return new HistorySettings(
                HistorySettings.Store.SQLITE,
                path,
                settings.maxEvents(),
                settings.maxAge(),
                settings.maxBytes(),
                settings.replayMax());
    }

    Path path() {
        return directory.resolve("a b'%?#\u20AC.db");
    }

    SqliteHistory open() {
        return open(sqlite(ROOMY, path()), ticker);
    }

    SqliteHistory open(HistorySettings settings, Ticker time) {
        SqliteHistory history = Freed.open(() -> SqliteHistory.open(settings, time));
        opened.add(history);
        return history;
    }

    @AfterEach
    void closeAll() {
        opened.forEach(SqliteHistory::close);
        ticker.close();
    }

    /** Closes it, and waits until the file has everything: on a busy machine, a moment after {@code close} has returned. */
    void closeWhole(SqliteHistory history) {
        history.close();
        await().until(() -> beside(path(), "-wal").toFile().length() == 0);
    }

    static Path beside(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path().toUri());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    void overwrite(String text, String other) throws IOException {
        String bytes = Files.readString(path(), StandardCharsets.ISO_8859_1);
        assertThat(bytes).contains(text);
        Files.writeString(path(), bytes.replace(text, other), StandardCharsets.ISO_8859_1);
    }

    static Event[] numbered(int count, String topic) {
        Event[] events = new Event[count];
        for (int i = 0; i < count; i++) {
            events[i] = event("" + i, topic);
        }
        return events;
    }
}
