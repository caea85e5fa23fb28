package dev.fanfare.status.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.StatusUrl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * A place is a status that counts against the bound: one that is watched, or that is being set. Who sets a status takes its
 * place before it is kept, and leaves it when clients have it. So there is room for the watch whatever becomes of the one
 * that was there before, and nobody is refused whose status is kept already.
 */
/** The watches of a source, so many at most. Thread-safe; a leaf in the order of locks. */
final class WatchRegistry {
    /** It is there while it has a watch or a setter. */
    private static final class Place {
        private @Nullable Watch watch;
        private int setters;
    }

    private final String source;
    private final int most;
    private final Function<StatusUrl, Watch> maker;

    @GuardedBy("this")
    private final Map<StatusUrl, Place> places = new HashMap<>();

    @GuardedBy("this")
    private boolean closed;

    /** @param maker makes a watch; takes no locks */
    WatchRegistry(String source, int most, Function<StatusUrl, Watch> maker) {
        this.source = source;
        this.most = most;
        this.maker = maker;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** How many statuses are watched, or being set. */
    synchronized int size() {
        return places.size();
    }

    /** All watches there are now. */
    synchronized List<Watch> watches() {
        List<Watch> watches = new ArrayList<>(places.size());
        for (Place place : places.values()) {
            if (place.watch != null) {
                watches.add(place.watch);
            }
        }
        return watches;
    }

    /**
     * The watch of a status, made if there is none; never refused to who has taken the place.
     *
     * @throws TooManyWatches if there are as many as there may be
     * @throws IllegalStateException if the service is closed
     */
    synchronized Watch watch(StatusUrl url) {
        return watchAt(url, place(url));
    }

    @GuardedBy("this")
    private Watch watchAt(StatusUrl url, Place place) {
        Watch watch = place.watch;
        if (watch == null) {
            watch = maker.apply(url);
            place.watch = watch;
        }
        return watch;
    }

    @GuardedBy("this")
    private Place place(StatusUrl url) {
        if (closed) {
            throw new IllegalStateException("The service is closed; nothing is watched any more");
        }
        Place known = places.get(url);
        if (known != null) {
            return known;
        }
        if (places.size() >= most) {
            throw new TooManyWatches(source, most);
        }
        Place made = new Place();
        places.put(url, made);
        return made;
    }

    /** Forgets a watch that is gone. */
    synchronized void remove(StatusUrl url, Watch gone) {
        Place place = places.get(url);
        if (place != null && place.watch == gone) {
            place.watch = null;
            removeIfEmpty(url, place);
        }
    }

    /**
     * Keeps a place for a status that is being set, until {@link #release}.
     *
     * @throws TooManyWatches if there is none
     * @throws IllegalStateException if the service is closed
     */
    synchronized void reserve(StatusUrl url) {
        place(url).setters++;
    }

    /** The watch of a status whose place was taken; null if the service has closed since. */
    synchronized @Nullable Watch reserved(StatusUrl url) {
        return closed ? null : watchAt(url, place(url));
    }

    synchronized void release(StatusUrl url) {
        Place place = places.get(url);
        if (place != null) {
            place.setters--;
            removeIfEmpty(url, place);
        }
    }

    @GuardedBy("this")
    private void removeIfEmpty(StatusUrl url, Place place) {
        if (place.watch == null && place.setters == 0) {
            places.remove(url);
        }
    }

    /** Refuses all from now on. */
    synchronized void close() {
        closed = true;
    }
}
