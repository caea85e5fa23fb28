package dev.fanfare.joint;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.status.JsonText;
import dev.fanfare.wire.EventDecoder;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a joint stream writes: events in their envelopes, and words of its own. Each is an event without a type. Stateless. */
final class Envelope {
    private Envelope() {}

    /** What a frame tells a reader. */
    static final class Read implements EventDecoder.Handler {
        private @Nullable String type;
        private @Nullable String data;
        private String id = "";
        private @Nullable Duration retry;

        static Read of(Frame frame) {
            Read read = new Read();
            new EventDecoder(read, Integer.MAX_VALUE).feed(frame.payload());
            return read;
        }

        @Override
        public void event(String eventType, String eventData, String lastEventId) {
            type = eventType;
            data = eventData;
            id = lastEventId;
        }

        @Override
        public void retry(Duration delay) {
            retry = delay;
        }
    }

    /**
     * The event of a topic in its envelope; without data, of which no application hears, the cursor alone.
     *
     * @param selectors those by which it came, where they don't go without saying; else empty
     */
    static Frame topicEvent(EventId cursor, String topic, List<String> selectors, Frame frame) {
        Read read = Read.of(frame);
        String data = read.data;
        if (data == null) {
            return EventEncoder.idOnly(cursor);
        }
        StringBuilder json = new StringBuilder(data.length() + 128);
        json.append('{').append(MemberName.topic(topic).json());
        for (int i = 0; i < selectors.size(); i++) {
            json.append(i == 0 ? ",\"selectors\":[" : ",").append(JsonText.quote(selectors.get(i)));
        }
        json.append(selectors.isEmpty() ? "" : "]");
        addTypeAndId(json, read);
        json.append(",\"data\":").append(JsonText.quote(data)).append('}');
        return event(cursor, json.toString(), read.retry);
    }

    /** The event of a status in its envelope. */
    static Frame statusEvent(MemberName name, Frame frame) {
        Read read = Read.of(frame);
        StringBuilder json = new StringBuilder(160).append('{').append(name.json());
        addTypeAndId(json, read);
        json.append(",\"data\":").append(read.data == null ? "null" : read.data).append('}');
        return event(null, json.toString(), null);
    }

    private static void addTypeAndId(StringBuilder json, Read read) {
        json.append(",\"type\":").append(JsonText.quote(read.type == null ? "message" : read.type));
        if (!read.id.isEmpty()) {
            json.append(",\"id\":").append(JsonText.quote(read.id));
        }
    }

    /** Events of topics are gone. */
    static Frame gap(EventId cursor, Frame frame) {
        return event(cursor, "{\"type\":\"gap\",\"data\":" + Read.of(frame).data + "}", null);
    }

    static Frame open(EventId cursor, String session) {
        return event(cursor, "{\"type\":\"open\",\"session\":" + JsonText.quote(session) + "}", null);
    }

    /** All changes up to one hold from here on. */
    static Frame changed(EventId cursor, long change) {
        return event(cursor, "{\"type\":\"changed\",\"change\":" + change + "}", null);
    }

    static Frame refused(Refusal refusal) {
        return about(refusal.name(), "refused", refusal.json());
    }

    /** A member is no more, without a last status. */
    static Frame over(MemberName name) {
        return about(name, "over", "\"reason\":\"The source has no such status any more.\"");
    }

    private static Frame about(MemberName name, String type, String words) {
        return event(null, "{" + name.json() + ",\"type\":\"" + type + "\",\"data\":{" + words + "}}", null);
    }

    private static Frame event(@Nullable EventId cursor, String json, @Nullable Duration retry) {
        Event.Builder event = Event.builder().data(json);
        if (cursor != null) {
            event.id(cursor.value());
        }
        if (retry != null) {
            event.retry(retry);
        }
        return EventEncoder.encode(event.build());
    }
}
