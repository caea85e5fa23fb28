package dev.fanfare.history.sqlite;

import static dev.fanfare.history.Histories.append;
import static dev.fanfare.history.Histories.event;
import static dev.fanfare.history.Histories.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.history.HistoryRefused;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.LocalCopyContract;
import dev.fanfare.log.History;
import dev.fanfare.log.LocalCopy;
import dev.fanfare.testing.ManualTicker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteCopyTest extends LocalCopyContract {
    private final ManualTicker ticker = new ManualTicker();
    private final List<History> opened = new ArrayList<>();

    @TempDir
    Path folder;

    private HistorySettings settings() {
        return HistorySettings.sqlite(folder.resolve("copy.db"));
    }

    @Override
    protected LocalCopy open(HistorySettings settings) {
        return copy();
    }

    private SqliteHistory copy() {
        SqliteHistory copy = Freed.open(() -> SqliteHistory.openCopy(settings(), ticker));
        opened.add(copy);
        return copy;
    }

    @AfterEach
    void close() {
        opened.forEach(History::close);
    }

    @Test
    void aCopyHasItsEventsAndItsNoteWhenItIsOpenedAgain() {
        SqliteHistory copy = copy();
        append(copy, event("1", "a"), event("2", "a"), event("3", "a"));
        join(copy.dropAfter(2));
        join(copy.keepNote("where it lies"));
        copy.close();
        SqliteHistory again = copy();
        assertThat(again.head()).isEqualTo(2);
        assertThat(again.note()).isEqualTo("where it lies");
    }

    /** Its positions mean nothing in the log, and nobody else has its events. */
    @Test
    void theFileOfANodeThatWasAloneIsRefusedAsACopy() {
        SqliteHistory alone = Freed.open(() -> SqliteHistory.open(settings(), ticker));
        append(alone, event("1", "a"));
        alone.close();
        assertThatThrownBy(this::copy)
                .isInstanceOf(HistoryRefused.class)
                .hasMessageContaining("fanfare.cluster.url")
                .hasMessageContaining("fanfare.history.path");
    }

    @Test
    void aCopyThatWasANodesOwnLogMeanwhileIsNoCopyAnyMore() {
        SqliteHistory copy = copy();
        append(copy, event("1", "a"));
        join(copy.keepNote("where it lies"));
        copy.close();
        Freed.open(() -> SqliteHistory.open(settings(), ticker)).close();
        assertThatThrownBy(this::copy).isInstanceOf(HistoryRefused.class);
    }
}
