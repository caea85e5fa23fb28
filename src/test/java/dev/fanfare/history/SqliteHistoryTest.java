package dev.fanfare.history;

import java.nio.file.Path;

class SqliteHistoryTest {
    static HistorySettings sqlite(HistorySettings settings, Path path) {
        return new HistorySettings(
                HistorySettings.Store.SQLITE,
                path,
                settings.maxEvents(),
                settings.maxAge(),
                settings.maxBytes(),
                settings.replayMax());
    }
}
