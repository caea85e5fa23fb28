package dev.fanfare.history.sqlite;

import dev.fanfare.history.HistoryContract;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.History;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

class SqliteHistoryContractTest extends HistoryContract {
    @TempDir
    Path directory;

    private final Map<History, Path> paths = new HashMap<>();

    @Override
    protected History create(HistorySettings settings) {
        return open(settings, directory.resolve(paths.size() + ".db"));
    }

    @Override
    protected History createAgain(History closed, HistorySettings settings) {
        return open(settings, paths.get(closed));
    }

    private History open(HistorySettings settings, Path path) {
        History history = Freed.open(() -> SqliteHistory.open(SqliteFixture.sqlite(settings, path), ticker));
        paths.put(history, path);
        return history;
    }

    @Override
    protected long leastBytes() {
        return SqliteKeeper.LEAST_BYTES;
    }
}
