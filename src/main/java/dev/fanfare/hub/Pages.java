package dev.fanfare.hub;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.event.Selector;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.LogMode;
import dev.fanfare.log.Page;
import dev.fanfare.log.ReadFault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Pages of history for those who catch up, each read and encoded once for all who want it at about the same time. The
 * pages kept are bounded by their bytes, and none is used whose events the history has begun to let go of. Thread-safe.
 */
final class Pages {
    private static final int EVENTS_PER_PAGE = 256;
    /** A page is full once its frames reach this many bytes; one frame may be larger. */
    private static final long BYTES_PER_PAGE = 1L << 20;

    /**
     * A page ready to be written.
     *
     * @param after where it begins
     * @param entries what was selected in it
     * @param upTo where it ends
     * @param bytes what its frames take up in memory
     * @param isFull whether more may follow that would not have found room in it
     */
    record Loaded(long after, List<EncodedEvent> entries, long upTo, long bytes, boolean isFull) {}

    private record Key(long after, List<Selector> selectors) {}

    private final History history;
    private final LogMode mode;
    private final Tail tail;
    private final HubFrames frames;
    private final long maxBytes;
    private final ReadFault fault =
            new ReadFault("The history can't be read; clients that catch up are closed until it can");

    /** The page that was used last comes last; one that is being read has 0 bytes. */
    @GuardedBy("this")
    private final Map<Key, CompletableFuture<Loaded>> pages = new LinkedHashMap<>(16, 0.75f, true);

    @GuardedBy("this")
    private long bytes;

    Pages(History history, LogMode mode, Tail tail, HubFrames frames, long maxBytes) {
        this.history = history;
        this.mode = mode;
        this.tail = tail;
        this.frames = frames;
        this.maxBytes = maxBytes;
    }

    /** The page that follows {@code after}. Completes exceptionally if the history can't be read. */
    CompletionStage<Loaded> read(long after, List<Selector> selectors) {
        Key key = new Key(after, selectors);
        CompletableFuture<Loaded> page = new CompletableFuture<>();
        synchronized (this) {
            CompletableFuture<Loaded> known = pages.get(key);
            if (known != null && !isOutlived(known)) {
                return known;
            }
            pages.put(key, page);
        }
        readHistory(key).thenApply(this::encode).whenComplete((loaded, error) -> {
            fault.note(error);
            if (loaded == null) {
                forget(key, page);
                page.completeExceptionally(error);
                return;
            }
            keep(key, page, loaded);
            page.complete(loaded);
        });
        return page;
    }

    /** Whether the history has let go of events of a page since it was read; such a page is dropped. */
    @GuardedBy("this")
    private boolean isOutlived(CompletableFuture<Loaded> page) {
        Loaded loaded = page.isCompletedExceptionally() ? null : page.getNow(null);
        if (loaded == null || loaded.after() >= history.keptAfter()) {
            return false;
        }
        bytes -= loaded.bytes();
        return true;
    }

    /** A history that throws is one that fails: a page without an end would be waited for by all who ask for it. */
    private CompletionStage<Page> readHistory(Key key) {
        try {
            return history.read(key.after(), new LinkedHashSet<>(key.selectors()), EVENTS_PER_PAGE);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private Loaded encode(Page page) {
        List<EncodedEvent> entries = new ArrayList<>(page.events().size());
        long sum = 128;
        for (LogEntry logged : page.events()) {
            if (sum >= BYTES_PER_PAGE) {
                return new Loaded(
                        page.after(), entries, entries.get(entries.size() - 1).position(), sum, true);
            }
            // A history of newest states may keep another event in the place of one that only a tail's reader
            // understands.
            EncodedEvent inTail = mode == LogMode.LATEST ? null : tail.get(logged.position());
            EncodedEvent entry = inTail != null ? inTail : frames.encode(logged.position(), logged.event());
            entries.add(entry);
            sum += entry.retainedBytes();
        }
        return new Loaded(page.after(), entries, page.upTo(), sum, entries.size() == EVENTS_PER_PAGE);
    }

    /** Drops all pages, since what they hold may have been taken back; also those that are being read, once they are done. */
    synchronized void forgetAll() {
        pages.clear();
        bytes = 0;
    }

    private synchronized void forget(Key key, CompletableFuture<Loaded> page) {
        pages.remove(key, page);
    }

    /** A page at the log's end is not kept, since the same question has another answer soon. */
    private synchronized void keep(Key key, CompletableFuture<Loaded> page, Loaded loaded) {
        if (pages.get(key) != page) { // dropped meanwhile
            return;
        }
        if (!loaded.isFull() || loaded.bytes() > maxBytes) {
            pages.remove(key, page);
            return;
        }
        bytes += loaded.bytes();
        var eldest = pages.entrySet().iterator();
        while (bytes > maxBytes && eldest.hasNext()) {
            Map.Entry<Key, CompletableFuture<Loaded>> oldest = eldest.next();
            Loaded held = oldest.getValue().getNow(null);
            if (held != null) {
                bytes -= held.bytes();
                eldest.remove();
            }
        }
    }
}
