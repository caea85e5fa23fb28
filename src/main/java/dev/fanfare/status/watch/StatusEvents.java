package dev.fanfare.status.watch;

import dev.fanfare.event.Event;
import dev.fanfare.event.Topic;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceFailure;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of status streams. Stateless. */
final class StatusEvents {
    /** The whole status. */
    static final String UPDATE = "update";
    /** What has changed since the event before. */
    static final String PATCH = "patch";
    /** The final status. */
    static final String END = "end";
    /** The status may have changed, but the source can't tell. */
    static final String STALE = "stale";
    /** The source tells again. */
    static final String FRESH = "fresh";

    private StatusEvents() {}

    static Event update(Topic topic, String id, String json) {
        return event(topic, UPDATE, id, json);
    }

    static Event patch(Topic topic, String id, String patch) {
        return event(topic, PATCH, id, patch);
    }

    static Event end(Topic topic, String id, String json) {
        return event(topic, END, "end-" + id, json);
    }

    private static Event event(Topic topic, String type, String id, String data) {
        return Event.builder().topic(topic.value()).type(type).id(id).data(data).build();
    }

    /** Without an id, so that the client's last one stays that of a status. */
    static Event stale(List<Topic> topics, Instant since, @Nullable Instant asOf, int attempts, SourceFailure failure) {
        String data = "{\"since\":" + quoted(since) + ",\"asOf\":" + quoted(asOf) + ",\"attempts\":" + attempts
                + ",\"reason\":" + JsonText.quote("The source " + failure.reason()) + "}";
        return freshness(topics, STALE, data);
    }

    static Event fresh(List<Topic> topics, @Nullable Instant asOf) {
        return freshness(topics, FRESH, "{\"asOf\":" + quoted(asOf) + "}");
    }

    private static Event freshness(List<Topic> topics, String type, String data) {
        Event.Builder event = Event.builder().type(type).data(data);
        topics.forEach(topic -> event.topic(topic.value()));
        return event.build();
    }

    /** A time as JSON. */
    static String quoted(@Nullable Instant time) {
        return time == null ? "null" : '"' + time.toString() + '"';
    }
}
