package dev.fanfare.hub;

import dev.fanfare.stream.Batch;
import dev.fanfare.stream.ClientStream;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.Permit;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.StreamKind;
import dev.fanfare.stream.WriterLoop;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * Where a subscription reads, after every batch anew:
 *
 *   cursor >= floor of the shard, entries in the tail  -> the tail
 *   else                                              -> a page of the history, then look again
 *
 * There is no other state of being live or replaying.
 */
/** One client's place in a log: a channel (through its shard in this loop), a cursor, its rights. */
final class Subscription extends ClientStream {
    /** Most bytes of pages that the clients of a loop hold which do not read just now. */
    static final long MAX_HELD_PAGE_BYTES = 16L << 20;

    private final Hub hub;
    private final Channel channel;
    private final int loopIndex;
    private final ChannelShard shard;
    private final Rights rights;
    private final @Nullable Supplier<Frame> heartbeat;
    private final boolean positions;

    /** The place in the shard's list. */
    int shardIndex;

    private long cursor;
    private long toldCursor;
    private boolean lags;
    private boolean reading;
    private boolean replays;
    private Pages.@Nullable Loaded page;
    private int pageIndex;

    Subscription(
            Hub hub,
            Channel channel,
            int loopIndex,
            ChannelShard shard,
            WriterLoop loop,
            Outlet outlet,
            List<Frame> opening,
            Rights rights,
            long cursor,
            Reader reader,
            @Nullable Supplier<Frame> heartbeat,
            @Nullable Duration maxDuration,
            @Nullable Permit permit,
            Consumer<CloseReason> onClose) {
        super(hub.loops(), loop, outlet, opening, reader.heartbeat(), maxDuration, permit, onClose);
        this.hub = hub;
        this.channel = channel;
        this.loopIndex = loopIndex;
        this.shard = shard;
        this.rights = rights;
        this.heartbeat = heartbeat;
        this.positions = hub.tellsPositionsTo(reader);
        this.cursor = cursor;
        this.toldCursor = cursor;
    }

    /** The position up to which the outlet has taken all that this client gets. */
    long cursor() {
        return cursor;
    }

    private void moveTo(long position) {
        long before = cursor;
        cursor = position;
        shard.moved(before, position);
    }

    @Override
    protected void started() {
        shard.add(this);
        noteLag();
        shard.settle();
    }

    /** Writes what the shard has listed, and tells the shard whether anything is left. */
    void drainListed() {
        drain();
        if (isOpen()) {
            noteLag();
        }
    }

    @Override
    @Nullable
    protected Batch next() {
        Pages.Loaded current = page;
        if (current != null) {
            return pageBatch(current);
        }
        if (reading) {
            return null;
        }
        if (cursor >= shard.head()) {
            replays = false;
            noteLag();
            return null;
        }
        Batch batch = shard.after(cursor, rights);
        if (batch != null) {
            replays = false;
        } else {
            if (!replays) {
                replays = true;
                hub.countReplay();
            }
            reading = true;
            noteLag();
            hub.pages().read(cursor, channel.selectors()).whenComplete((loaded, error) -> arrived(loaded));
        }
        return batch;
    }

    @Override
    protected StreamKind kind() {
        return hub.kind();
    }

    @Override
    protected long lag() {
        return Math.max(0, shard.head() - cursor);
    }

    @Override
    protected boolean isCatchingUp() {
        return replays;
    }

    private Batch pageBatch(Pages.Loaded current) {
        Batch.Builder builder = new Batch.Builder(cursor);
        List<EncodedEvent> entries = current.entries();
        int i = pageIndex;
        while (i < entries.size() && !builder.isFull()) {
            entries.get(i++).addTo(builder, rights);
        }
        return (i == entries.size() ? builder.upTo(current.upTo()) : builder).build();
    }

    @Override
    protected void advance(Batch batch, int taken) {
        moveTo(batch.cursorAfter(taken, cursor));
        if (taken > 0) {
            toldCursor = cursor;
        }
        Pages.Loaded current = page;
        if (current != null) {
            while (pageIndex < current.entries().size()
                    && current.entries().get(pageIndex).position() <= cursor) {
                pageIndex++;
            }
            if (pageIndex == current.entries().size() && cursor >= current.upTo()) {
                hold(null);
            }
        }
        holdIfThereIsRoom();
        noteLag();
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

    /** A client that does not read now keeps its page only while the loop's clients hold little; it can be read again. */
    private void holdIfThereIsRoom() {
        if (page != null && isBlocked() && loop.heldBytes() > MAX_HELD_PAGE_BYTES) {
            hold(null);
        }
    }

    /**
     * Only a subscription that will read the shard's positions keeps them: at once, or behind the page in hand. One whose page
     * is being read may, so it keeps them until it knows; else the floor would always be ahead of it while events go on.
     */
    private void noteLag() {
        Pages.Loaded current = page;
        long behind = current == null ? cursor : current.upTo();
        setLags(cursor < shard.head() && (reading || behind >= shard.floor()));
    }

    /** The page can be read again, the batch be put together again; a client that does not read must not hold them in memory. */
    @Override
    protected void stalls() {
        hold(null);
        shard.forgetBatch();
        noteLag();
    }

    private void setLags(boolean now) {
        if (now != lags) {
            lags = now;
            shard.lags(now);
        }
    }

    private void arrived(Pages.@Nullable Loaded loaded) {
        loop.execute(() -> {
            reading = false;
            if (!isOpen()) {
                return;
            }
            if (loaded == null) { // the pages have said why
                close(CloseReason.FAILED);
                return;
            }
            if (loaded.after() > cursor && !passOver(loaded)) {
                return;
            }
            hold(loaded);
            noteLag();
            drain();
            if (isOpen()) { // and blocked before, maybe, so that nothing was written
                holdIfThereIsRoom();
                noteLag();
            }
        });
    }

    /** Some events are gone; whether the stream goes on behind them. */
    private boolean passOver(Pages.Loaded loaded) {
        if (hub.mode() == Hub.Mode.LIVE) {
            close(CloseReason.LAGGED);
            return false;
        }
        if (hub.mode() == Hub.Mode.RESUMABLE) {
            writeOwn(hub.frames().gap(hub.idAt(cursor).value(), loaded.after()));
        }
        moveTo(loaded.after());
        toldCursor = cursor;
        return true;
    }

    @Override
    protected boolean isComplete() {
        return shard.isFinished() && page == null && !reading && cursor >= shard.head();
    }

    @Override
    protected Frame heartbeat() {
        if (positions && page == null && !reading && cursor >= shard.head()) {
            long seen = Math.max(cursor, shard.seenUpTo());
            if (seen > toldCursor) {
                moveTo(seen);
                toldCursor = seen;
                return hub.frames().cursor(seen);
            }
        }
        return heartbeat != null ? heartbeat.get() : super.heartbeat();
    }

    @Override
    protected void released(CloseReason reason) {
        setLags(false);
        hold(null);
        shard.remove(this);
        hub.leave(channel, loopIndex);
    }
}
