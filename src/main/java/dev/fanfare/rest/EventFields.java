package dev.fanfare.rest;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Topic;
import dev.fanfare.rest.problem.ErrorDetail;
import dev.fanfare.rest.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects the fields of one event to publish, from a form or from JSON, and says what is wrong with them. Not thread-safe.
 * Every method throws a {@link ProblemException}, 400, that tells what would be right.
 */
final class EventFields {

    private static final long MAX_RETRY_MS = Event.MAX_RETRY.toMillis();

    /** Fields that an event has at most once. */
    private enum Single {
        DATA,
        ID,
        TYPE,
        RETRY
    }

    private final int mostTopics;
    private final ReservedTopics reserved;
    private final String where;
    private final Set<Topic> topics = new LinkedHashSet<>(4);
    private final Set<Single> given = EnumSet.noneOf(Single.class);
    private String data = "";
    private @Nullable EventId id;
    private @Nullable String type;
    private @Nullable Duration retry;
    private boolean isPrivate;

    /** @param where what stands before each fault, such as {@code "Event 3: "} */
    EventFields(int mostTopics, ReservedTopics reserved, String where) {
        this.mostTopics = mostTopics;
        this.reserved = reserved;
        this.where = where;
    }

    /** Takes a field of a form; those that are unknown are left alone, as Mercure says. */
    void formField(String name, String value) {
        switch (name) {
            case "topic" -> topic(value);
            case "data" -> data(value);
            case "id" -> id(value);
            case "type" -> type(value);
            case "retry" -> retry(value);
            case "private" -> isPrivate(true);
            default -> {}
        }
    }

    void topic(String value) {
        Topic topic = checked("topic", () -> new Topic(value));
        String fault = reserved.faultIn(value);
        if (fault != null) {
            throw refused(fault);
        }
        topics.add(topic);
        if (topics.size() > mostTopics) {
            throw refused("The event has more than " + mostTopics + " topics; publish it to fewer.");
        }
    }

    void data(String value) {
        once(Single.DATA, "data");
        data = value;
    }

    /** An empty id is none, so that a form in a page can leave it empty; likewise type and retry. */
    void id(String value) {
        once(Single.ID, "id");
        if (value.isEmpty()) {
            return;
        }
        EventId given = checked("id", () -> new EventId(value));
        if (given.isHubMade() || value.equals("earliest")) {
            throw refused("The id '" + ErrorDetail.quote(value)
                    + "' is reserved; choose one that is not 'earliest' and does not begin with '#'. Without an id the hub"
                    + " makes one.");
        }
        if (!given.fitsHeader()) {
            throw refused("The id '" + ErrorDetail.quote(value)
                    + "' begins or ends with a space, which HTTP removes when a client sends the id as 'Last-Event-ID';"
                    + " remove it.");
        }
        id = given;
    }

    void type(String value) {
        once(Single.TYPE, "type");
        if (value.equals("gap") || value.equals("mercure")) {
            throw refused("The type '" + value + "' is reserved for the hub; choose another.");
        }
        type = value.isEmpty() ? null : value;
    }

    void retry(String value) {
        once(Single.RETRY, "retry");
        if (value.isEmpty()) {
            return;
        }
        boolean digits = value.chars().allMatch(c -> c >= '0' && c <= '9');
        // Longer ones are out of range too.
        long ms = !digits ? -1 : value.length() > 15 ? Long.MAX_VALUE : Long.parseLong(value);
        if (ms < 0 || ms > MAX_RETRY_MS) {
            throw refused("The retry '" + ErrorDetail.quote(value)
                    + "' is not a number of milliseconds; write digits only, from 0 to " + MAX_RETRY_MS + ".");
        }
        retry = Duration.ofMillis(ms);
    }

    void isPrivate(boolean value) {
        isPrivate = value;
    }

    private void once(Single field, String name) {
        if (!given.add(field)) {
            throw refused("The field '" + name + "' appears more than once; an event has one. Only 'topic' can be"
                    + " repeated.");
        }
    }

    /** The event. */
    Event event() {
        if (topics.isEmpty()) {
            throw refused("The field 'topic' is missing: name at least one topic to publish to.");
        }
        return checked("type", () -> new Event(id, new ArrayList<>(topics), type, data, null, retry, isPrivate));
    }

    private <T> T checked(String field, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw refused("The field '" + field + "' is refused: " + e.getMessage() + ".");
        }
    }

    ProblemException refused(String fault) {
        return ProblemException.badRequest(where + fault);
    }
}
