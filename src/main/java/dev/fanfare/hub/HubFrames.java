package dev.fanfare.hub;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import jakarta.json.Json;
import jakarta.json.JsonBuilderFactory;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a hub writes: its events' frames, and those of its own that tell a client where it is. Thread-safe. */
final class HubFrames {
    /** Kept, since each call of {@link Json} looks for a provider anew. */
    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    private final LogIds ids;
    private final boolean givesIds;
    private final Function<Event, Frame> encoder;
    private final LongAdder gaps = new LongAdder();

    // The cursor block that was asked for last. The lock is held while a few bytes are put together.
    @GuardedBy("this")
    private @Nullable Frame lastCursor;

    @GuardedBy("this")
    private long lastCursorPosition;

    /** @param givesIds whether an event that came without an id gets the one of its position */
    HubFrames(LogIds ids, boolean givesIds, Function<Event, Frame> encoder) {
        this.ids = ids;
        this.givesIds = givesIds;
        this.encoder = encoder;
    }

    /** Encodes the event at a position. */
    EncodedEvent encode(long position, Event event) {
        Event named = givesIds && event.id() == null ? event.withId(ids.at(position)) : event;
        return EncodedEvent.of(position, named, encoder.apply(named));
    }

    /** The {@code gap} event for one client, which is counted. */
    Frame gap(String requested, long after) {
        gaps.increment();
        EventId resumedAfter = ids.at(after);
        String data = JSON.createObjectBuilder()
                .add("requested", requested)
                .add("resumedAfter", resumedAfter.value())
                .build()
                .toString();
        return EventEncoder.encode(
                Event.builder().id(resumedAfter.value()).type("gap").data(data).build());
    }

    /** How many clients were told of a gap. */
    long gaps() {
        return gaps.sum();
    }

    /** The id-only block of a cursor; asked for by many at the same position, so the last one is kept. */
    synchronized Frame cursor(long position) {
        Frame frame = lastCursor;
        if (frame == null || lastCursorPosition != position) {
            frame = EventEncoder.idOnly(ids.at(position));
            lastCursor = frame;
            lastCursorPosition = position;
        }
        return frame;
    }
}
