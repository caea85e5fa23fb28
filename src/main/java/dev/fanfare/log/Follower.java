package dev.fanfare.log;

import dev.fanfare.event.Event;
import java.util.List;

/**
 * Hears of all that comes into a history; see {@link History#follow}. An implementation neither blocks nor throws: it is called
 * in a thread that others wait for.
 */
public interface Follower {
    /** Hears of everything and does nothing. */
    Follower NONE = new Follower() {
        @Override
        public void events(long after, long first, List<Event> events) {
            // Nobody follows.
        }

        @Override
        public void passOver(long position) {
            // Nobody follows.
        }
    };

    /**
     * Some events are in the history: whoever reads it finds them.
     *
     * @param after the position before them; no event lies between. Stretches may come in another order than that of the log,
     *     each once; one that begins behind a position is to be taken when all up to there has come
     * @param first the position of the first of them; the others follow without holes
     */
    void events(long after, long first, List<Event> events);

    /**
     * Nothing up to a position will be heard of any more: it is gone, or it is only to be read. What comes next comes after it.
     */
    void passOver(long position);

    /** This one, then another. */
    default Follower and(Follower next) {
        Follower before = this;
        return before == NONE
                ? next
                : new Follower() {
                    @Override
                    public void events(long after, long first, List<Event> events) {
                        before.events(after, first, events);
                        next.events(after, first, events);
                    }

                    @Override
                    public void passOver(long position) {
                        before.passOver(position);
                        next.passOver(position);
                    }
                };
    }
}
