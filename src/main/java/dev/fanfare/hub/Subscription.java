package dev.fanfare.hub;

import dev.fanfare.log.LogMode;
import dev.fanfare.stream.Backlog;
import dev.fanfare.stream.Batch;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.HeapShare;
import dev.fanfare.stream.SlotList;
import dev.fanfare.stream.StreamKind;
import dev.fanfare.stream.StreamWriter;
import dev.fanfare.stream.WriterLoop;
import dev.fanfare.tracing.EventTraces;
import dev.fanfare.tracing.Tracing.Traced;
import dev.fanfare.wire.Form;
import dev.fanfare.wire.Frame;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * Where a subscription reads, after every batch anew:
 *
 *   cursor >= floor of the shard, entries in the tail  -> the tail
 *   else                                              -> a page of the history, then look again
 *
 * There is no other state of being live or replaying.
 *
 * What the shard has to know (how far the cursor has come, whether it needs the positions listed) is reported in one place,
 * report(), when a turn of writing is over. Until then the cursor may be ahead of what was reported.
 */
/** One client's place in a log: a channel (through its shard in this loop), a cursor, its rights. In the loop's thread. */
final class Subscription implements Backlog {
    /** Most bytes of pages that the clients of a loop hold which do not read just now. */
    static final long MAX_HELD_PAGE_BYTES = HeapShare.of(32, 16L << 20);

    private final HubParts parts;
    private final ChannelShard shard;
    private final ListedPositions listed;
    private final WriterLoop loop;
    private final Rights rights;
    private final Form form;
    private final @Nullable Supplier<Frame> heartbeat;
    private final boolean tellsPositions;
    private final StreamWriter stream;

    /** The slot in the shard's list. */
    int slot = SlotList.NONE;

    private long cursor;
    /** The newest position of which the client has the id. */
    private long toldCursor;

    private boolean replays;
    private boolean reading;
    private Pages.@Nullable Loaded page;
    private int pageIndex;

    // What the shard knows.
    private long reportedCursor;
    private boolean lags;

    /** @param stream writes what is next here */
    Subscription(HubParts parts, ChannelShard shard, JoinRequest request, long cursor, StreamWriter stream) {
        this.parts = parts;
        this.shard = shard;
        this.listed = shard.listed();
        this.loop = shard.loop();
        this.rights = request.rights();
        this.form = shard.shared(request.form());
        this.heartbeat = request.heartbeat();
        this.tellsPositions = parts.tellsPositionsTo(request.reader());
        this.cursor = cursor;
        this.toldCursor = cursor;
        this.reportedCursor = cursor;
        this.stream = stream;
    }

    /** What writes what is next here. */
    StreamWriter stream() {
        return stream;
    }

    /** The position up to which the outlet has taken all that this client gets. */
    long cursor() {
        return cursor;
    }

    @Override
    public StreamKind kind() {
        return parts.kind();
    }

    @Override
    public void joined() {
        shard.add(this);
        report();
        shard.settle();
    }

    // What is next.

    @Override
    public @Nullable Batch next() {
        Pages.Loaded current = page;
        if (current != null) {
            return pageBatch(current);
        }
        if (reading) {
            return null;
        }
        if (cursor >= listed.head()) {
            replays = false;
            return null;
        }
        Batch batch = listed.after(cursor, rights, form);
        if (batch != null) {
            replays = false;
            return batch;
        }
        Pages.Loaded loaded = readPage();
        return loaded == null ? null : pageBatch(loaded);
    }

    private Batch pageBatch(Pages.Loaded current) {
        Batch.Builder builder = new Batch.Builder(cursor);
        List<EncodedEvent> entries = current.entries();
        int i = pageIndex;
        while (i < entries.size() && !builder.isFull()) {
            entries.get(i++).addTo(builder, rights, form);
        }
        return (i == entries.size() ? builder.upTo(current.upTo()) : builder).build();
    }

    /**
     * Reads what comes next. A page that is there at once, as all of a history in memory are, is written in this turn: pages of
     * all the clients that catch up would fill the memory while they wait for a turn of their own.
     *
     * @return null if there is no page yet
     */
    private Pages.@Nullable Loaded readPage() {
        if (!replays) {
            replays = true;
            parts.replays().increment();
        }
        CompletionStage<Pages.Loaded> stage = parts.pages().read(cursor, shard.selectors());
        CompletableFuture<Pages.Loaded> read = stage.toCompletableFuture();
        Pages.Loaded loaded = read.isCompletedExceptionally() ? null : read.getNow(null);
        if (loaded != null && loaded.after() <= cursor) {
            hold(loaded);
            return loaded;
        }
        reading = true;
        if (loaded != null) {
            long after = loaded.after();
            stream.execute(() -> goOnBehind(after));
        } else {
            stage.whenComplete((late, error) -> stream.execute(() -> arrived(late)));
        }
        return null;
    }

    private void arrived(Pages.@Nullable Loaded loaded) {
        reading = false;
        if (loaded == null) { // the pages have said why
            stream.close(CloseReason.FAILED);
            return;
        }
        if (loaded.after() > cursor && !passOver(loaded.after())) {
            return;
        }
        hold(loaded);
        stream.drain();
    }

    private void goOnBehind(long after) {
        reading = false;
        if (after <= cursor || passOver(after)) {
            stream.drain();
        }
    }

    /** Events up to a position are gone; whether the stream goes on behind them. */
    private boolean passOver(long after) {
        if (parts.mode() == LogMode.LIVE) {
            stream.close(CloseReason.LAGGED);
            return false;
        }
        if (parts.mode() == LogMode.RESUMABLE) {
            stream.writeFirst(form.of(parts.gap(cursor, after), after, List.of()));
        }
        cursor = after;
        toldCursor = cursor;
        return true;
    }

    @Override
    public boolean isComplete() {
        return shard.isFinished() && isCaughtUp();
    }

    private boolean isCaughtUp() {
        return page == null && !reading && cursor >= listed.head();
    }

    // What was written.

    @Override
    public void taken(Batch batch, int count) {
        cursor = batch.cursorAfter(count, cursor);
        if (count > 0) {
            toldCursor = cursor;
        }
        Pages.Loaded current = page;
        if (current != null) {
            while (pageIndex < current.entries().size()
                    && current.entries().get(pageIndex).position() <= cursor) {
                traceReplay(current.entries().get(pageIndex));
                pageIndex++;
            }
            if (pageIndex == current.entries().size() && cursor >= current.upTo()) {
                hold(null);
            }
        }
    }

    private void traceReplay(EncodedEvent entry) {
        EventTraces traces = parts.traces();
        Traced traced = entry.traced();
        if (traced != null && traces != null && entry.isVisibleTo(rights)) {
            traces.replayed(traced);
        }
    }

    /** A client that waits, for room or for its turn, keeps its page only while the loop's clients hold little; it can be read again. */
    @Override
    public void paused(boolean blocked) {
        if (page != null && loop.heldBytes() > MAX_HELD_PAGE_BYTES) {
            hold(null);
        }
        report();
    }

    /** The page can be read again, the batch be put together again; a client that does not read must not hold them in memory. */
    @Override
    public void stalled() {
        hold(null);
        listed.forgetBatch();
        report();
    }

    private void hold(Pages.@Nullable Loaded next) {
        Pages.Loaded before = page;
        if (next != null) {
            loop.hold(next, next.bytes());
        }
        if (before != null) {
            loop.release(before, before.bytes());
        }
        page = next;
        pageIndex = 0;
    }

    private void report() {
        long from = reportedCursor;
        if (from != cursor) {
            reportedCursor = cursor;
            shard.moved(from, cursor);
        }
        boolean now = needsListed();
        if (now != lags) {
            lags = now;
            shard.lags(now);
        }
    }

    /**
     * Only a subscription that will read the shard's positions keeps them: at once, or behind the page in hand. One whose page
     * is being read may, so it keeps them until it knows; else the floor would always be ahead of it while events go on.
     */
    private boolean needsListed() {
        Pages.Loaded current = page;
        long behind = current == null ? cursor : current.upTo();
        return cursor < listed.head() && (reading || behind >= listed.floor());
    }

    // Now and then.

    @Override
    public long lag() {
        return Math.max(0, listed.head() - cursor);
    }

    @Override
    public boolean isCatchingUp() {
        return replays;
    }

    @Override
    public long position() {
        return isCaughtUp() ? Math.max(cursor, shard.seenUpTo()) : cursor;
    }

    @Override
    public Frame heartbeat() {
        if (tellsPositions && isCaughtUp()) {
            long seen = position();
            if (seen > toldCursor) {
                cursor = seen;
                toldCursor = seen;
                return parts.frames().cursor(seen);
            }
        }
        return heartbeat != null ? heartbeat.get() : Backlog.super.heartbeat();
    }

    @Override
    public void released() {
        if (lags) {
            lags = false;
            shard.lags(false);
        }
        hold(null);
        shard.remove(this, reportedCursor);
    }
}
