package dev.fanfare.history;

import dev.fanfare.event.Event;
import dev.fanfare.history.sqlite.SqliteHistory;
import dev.fanfare.stream.SystemTicker;
import java.nio.file.Path;
import java.util.List;

/** A process that holds a history until it is killed: prints a 1 once an event is in it. */
public final class HistoryHolder {
    private HistoryHolder() {}

    public static void main(String... args) throws Exception {
        SqliteHistory history = SqliteHistory.open(HistorySettings.sqlite(Path.of(args[0])), new SystemTicker());
        Event event = Event.builder().topic("a").build();
        System.out.print(history.append(List.of(event)).toCompletableFuture().join());
        System.out.flush();
        Thread.currentThread().join();
    }
}
