package dev.fanfare.hub;

import dev.fanfare.event.EventId;

/** An event was not published, since another event with other content has its id. */
public final class IdConflict extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient EventId id;

    IdConflict(EventId id) {
        super("The event id '" + id + "' is in use by an event with different content; each event needs its own id");
        this.id = id;
    }

    /** The id that is taken. */
    public EventId id() {
        return id;
    }
}
