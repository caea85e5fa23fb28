package dev.fanfare.status.watch;

import dev.fanfare.event.Topic;
import dev.fanfare.hub.Rights;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Clients of a group that join while something is held back have a newer status than the others. What is sent then is marked
 * with a second topic, which nobody subscribes to: for whom it is.
 *
 *   /for FIRST LAST BUT    clients that joined with an edition from FIRST to LAST, but for those that have BUT
 *   /first ID              all but clients that joined before there was a status, and had the one with this id from before
 */
/**
 * The edition of a status that a client had when it joined: numbers rise. Immutable.
 *
 * @param had the id of the status that a client had before it joined, if there was none to compare it with
 */
record Edition(long number, @Nullable String had) implements Rights {
    private static final Edition FIRST = new Edition(0);
    private static final String MARK = "/for ";
    private static final String FIRST_MARK = "/first ";

    Edition(long number) {
        this(number, null);
    }

    /** What clients have that joined before there was a status. */
    static Edition first(@Nullable String had) {
        return had == null ? FIRST : new Edition(0, had);
    }

    /** A mark for all but clients that have had the first status, which has this id. */
    static Topic unlessHad(String id) {
        return new Topic(FIRST_MARK + id);
    }

    /** A mark for clients that joined with an edition from {@code first} to {@code last} that is not {@code but}. */
    static Topic only(long first, long last, long but) {
        return new Topic(MARK + first + " " + last + " " + but);
    }

    @Override
    public boolean allow(List<Topic> topics) {
        for (Topic topic : topics) {
            if (topic.value().startsWith(FIRST_MARK)) {
                return !topic.value().substring(FIRST_MARK.length()).equals(had);
            }
            if (topic.value().startsWith(MARK)) {
                String[] parts = topic.value().substring(MARK.length()).split(" ", 3);
                return number >= Long.parseLong(parts[0])
                        && number <= Long.parseLong(parts[1])
                        && number != Long.parseLong(parts[2]);
            }
        }
        return true;
    }
}
