package dev.fanfare.status.watch;

import dev.fanfare.event.Topic;
import dev.fanfare.hub.Rights;
import java.util.List;

/*
 * Clients of a group that join while something is held back have a newer status than the others. What is sent then is marked
 * with a second topic, which nobody subscribes to: for whom it is.
 *
 *   /for FIRST LAST BUT    clients that joined with an edition from FIRST to LAST, but for those that have BUT
 */
/** The edition of a status that a client had when it joined: numbers rise. Immutable. */
record Edition(long number) implements Rights {
    /** What clients have that joined before there was a status. */
    static final Edition FIRST = new Edition(0);

    private static final String MARK = "/for ";

    /** A mark for clients that joined with an edition from {@code first} to {@code last} that is not {@code but}. */
    static Topic only(long first, long last, long but) {
        return new Topic(MARK + first + " " + last + " " + but);
    }

    @Override
    public boolean allow(List<Topic> topics) {
        for (Topic topic : topics) {
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
