package dev.fanfare.status.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.TooManyWatches;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * A slot is a status that counts against the limit. There are two kinds, each with the same limit, so that clients that watch
 * what nobody sets can't keep publishers out:
 *
 *   asked   somebody asked for the status, or lingers
 *   set     a publisher has set it, or is about to. A publisher reserves the slot before the status is kept, and releases it
 *           when clients have it: nobody is refused whose status is kept already
 *
 * A watch that nobody needs now (it lingers, or it is over) stays as long as there is room. Whoever needs a slot gets that of
 * the one that has been idle longest. A watch itself decides whether it can be given up, under its own lock, which is never
 * taken under this one.
 */
/** The watches of a source, within its limit. Thread-safe; a leaf in the order of locks. */
final class WatchRegistry {
    /** Most idle watches that one client has give way; those that have a question open don't. */
    private static final int MOST_TRIES = 32;

    /** Makes a watch; takes no locks. */
    interface Maker {
        /** Makes the watch of a status, to be kept in {@code watches}. */
        Watch make(WatchRegistry watches, StatusUrl url);
    }

    /** It is there while it has a watch or a setter. */
    private static final class Slot {
        private @Nullable Watch watch;
        private int setters;
        private boolean isSet;
    }

    private final String source;

    /** The definition that holds; null once there is none. Who was judged by another one gets nothing. */
    @GuardedBy("this")
    private @Nullable WatchedSource definition;

    @GuardedBy("this")
    private int most;

    @GuardedBy("this")
    private Maker maker;

    @GuardedBy("this")
    private final Map<StatusUrl, Slot> slots = new HashMap<>();

    /** The one that has been idle longest first. */
    @GuardedBy("this")
    private final Set<Watch> idle = new LinkedHashSet<>();

    @GuardedBy("this")
    private int set;

    @GuardedBy("this")
    private boolean closed;

    WatchRegistry(WatchedSource definition, Maker maker) {
        this.source = definition.name();
        this.definition = definition;
        this.most = definition.settings().maxWatches();
        this.maker = maker;
    }

    /** From now on watches are made by another definition, and nobody gets one who looked up the one before. */
    synchronized void redefine(WatchedSource next, Maker newMaker) {
        definition = next;
        most = next.settings().maxWatches();
        maker = newMaker;
    }

    /** The source is removed: nobody gets a watch any more. */
    synchronized void remove() {
        definition = null;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** How many statuses are watched, or being set. */
    synchronized int size() {
        return slots.size();
    }

    /** All watches there are now. */
    synchronized List<Watch> watches() {
        List<Watch> watches = new ArrayList<>(slots.size());
        for (Slot slot : slots.values()) {
            if (slot.watch != null) {
                watches.add(slot.watch);
            }
        }
        return watches;
    }

    /**
     * The watch of a status, made if there is none.
     *
     * @param by the definition that was looked up
     * @throws TooManyWatches if the limit is reached and no watch can be given up
     * @throws SourceReplaced if another definition holds by now
     * @throws IllegalStateException if the service is closed
     */
    Watch watch(StatusUrl url, WatchedSource by) {
        return withRoom(() -> tryWatch(url, by));
    }

    private synchronized @Nullable Watch tryWatch(StatusUrl url, WatchedSource by) {
        Slot slot = slot(url, false, by);
        return slot == null ? null : watchAt(url, slot);
    }

    /** A watch, and what it knows. */
    record Found(Watch watch, CompletionStage<View> view) {}

    /**
     * The watch of a status, made if there is none, and what is known; the source is asked first if nothing is.
     *
     * @param by the definition that was looked up
     * @throws TooManyWatches if the limit is reached and no watch can be given up
     * @throws SourceReplaced if another definition holds by now
     * @throws IllegalStateException if the service is closed
     */
    Found look(StatusUrl url, WatchedSource by) {
        while (true) {
            Watch watch = watch(url, by);
            CompletionStage<View> view = watch.view(by);
            if (view != null) {
                return new Found(watch, view);
            }
            remove(url, watch);
        }
    }

    /** What another watch of a status knows, in place of one that is gone; fails where there is no room for one. */
    CompletionStage<View> lookInstead(StatusUrl url, WatchedSource by) {
        try {
            return look(url, by).view();
        } catch (TooManyWatches | IllegalStateException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /**
     * Keeps a slot for a status that is being set, until {@link #release}.
     *
     * @param by the definition that was looked up
     * @throws TooManyWatches if the limit is reached and no watch can be given up
     * @throws SourceReplaced if another definition holds by now
     * @throws IllegalStateException if the service is closed
     */
    void reserve(StatusUrl url, WatchedSource by) {
        withRoom(() -> tryReserve(url, by));
    }

    private synchronized @Nullable Slot tryReserve(StatusUrl url, WatchedSource by) {
        Slot slot = slot(url, true, by);
        if (slot != null) {
            slot.setters++;
        }
        return slot;
    }

    /** Tries until it works, or there is nothing left to be given up. */
    private <T> T withRoom(Supplier<@Nullable T> step) {
        for (int tries = 0; tries <= MOST_TRIES; tries++) {
            T done = step.get();
            if (done != null) {
                return done;
            }
            Watch oldest = longestIdle();
            if (oldest == null) {
                break;
            }
            assert !Thread.holdsLock(this);
            oldest.giveWay();
        }
        throw new TooManyWatches(source, most());
    }

    private synchronized int most() {
        return most;
    }

    private synchronized @Nullable Watch longestIdle() {
        Iterator<Watch> first = idle.iterator();
        if (!first.hasNext()) {
            return null;
        }
        Watch oldest = first.next();
        first.remove();
        return oldest;
    }

    /** Nobody needs this watch from now on; it may be given up. */
    synchronized void idles(Watch watch) {
        idle.remove(watch);
        idle.add(watch);
    }

    /** Somebody needs this watch, or it is gone. */
    synchronized void isNeeded(Watch watch) {
        idle.remove(watch);
    }

    @GuardedBy("this")
    private Watch watchAt(StatusUrl url, Slot slot) {
        Watch watch = slot.watch;
        if (watch == null) {
            watch = maker.make(this, url);
            slot.watch = watch;
        }
        return watch;
    }

    /** The slot of a status; null if there is no room for one. */
    @GuardedBy("this")
    private @Nullable Slot slot(StatusUrl url, boolean toSet, WatchedSource by) {
        if (closed) {
            throw new IllegalStateException("The service is closed");
        }
        if (by != definition) {
            throw new SourceReplaced(source);
        }
        Slot slot = slots.get(url);
        boolean isFull = (toSet ? set : slots.size() - set) >= most;
        if (isFull && (slot == null || (toSet && !slot.isSet))) {
            return null;
        }
        if (slot == null) {
            slot = new Slot();
            slots.put(url, slot);
        }
        if (toSet && !slot.isSet) {
            slot.isSet = true;
            set++;
        }
        return slot;
    }

    /** Forgets a watch that is gone. */
    synchronized void remove(StatusUrl url, Watch gone) {
        idle.remove(gone);
        Slot slot = slots.get(url);
        if (slot != null && slot.watch == gone) {
            slot.watch = null;
            removeIfEmpty(url, slot);
        }
    }

    /** The watch of a status whose slot is reserved; null if the service has closed since, or the source is removed. */
    synchronized @Nullable Watch reserved(StatusUrl url) {
        Slot slot = closed || definition == null ? null : slots.get(url);
        return slot == null ? null : watchAt(url, slot);
    }

    synchronized void release(StatusUrl url) {
        Slot slot = slots.get(url);
        if (slot != null) {
            slot.setters--;
            removeIfEmpty(url, slot);
        }
    }

    @GuardedBy("this")
    private void removeIfEmpty(StatusUrl url, Slot slot) {
        if (slot.watch == null && slot.setters == 0) {
            slots.remove(url);
            set -= slot.isSet ? 1 : 0;
        }
    }

    /** Refuses all from now on. */
    synchronized void close() {
        closed = true;
    }
}
