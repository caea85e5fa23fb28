package dev.fanfare.rest;

import dev.fanfare.event.Event;
import dev.fanfare.wire.Frame;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Frames on their way through a sink. Where {@link EncodedEventsWriter} writes it the frames' bytes go out as they are; any
 * other writer sees an ordinary event with the fields of the first frame. Used by one sender at a time.
 */
final class EncodedEvents implements OutboundSseEvent {
    private final List<Frame> frames;
    private final int from;
    private final int to;
    private final boolean bytes;
    private boolean written;

    private EncodedEvents(List<Frame> frames, int from, boolean bytes) {
        this.frames = frames;
        this.from = from;
        this.to = bytes ? frames.size() : from + 1;
        this.bytes = bytes;
    }

    /**
     * The frames from {@code from} on: all of them where bytes can be written, else one.
     *
     * @param bytes whether the sink is Jersey's, which lets bytes be written
     */
    static EncodedEvents of(List<Frame> frames, int from, boolean bytes) {
        return new EncodedEvents(frames, from, bytes);
    }

    /** How many frames were sent once {@code send} has returned: all of them as bytes, or the first as an event. */
    int sentFrames() {
        return written ? to - from : 1;
    }

    long sentBytes() {
        long sum = 0;
        for (int i = from; i < from + sentFrames(); i++) {
            sum += frames.get(i).payloadBytes();
        }
        return sum;
    }

    /** Writes the bytes, without the last line end, which Jersey adds. */
    void writeTo(OutputStream out) throws IOException {
        written = true;
        for (int i = from; i < to - 1; i++) {
            frames.get(i).writePayloadTo(out);
        }
        frames.get(to - 1).writePayloadWithoutLastByteTo(out);
    }

    private Event event() {
        return (Event) frames.get(from).rendition(FrameFields::read);
    }

    /** Jersey's own writer takes a type for data; without one it leaves out the other fields, RESTEasy's too. */
    @Override
    public @Nullable Class<?> getType() {
        return bytes && event().data() == null ? null : String.class;
    }

    @Override
    public Type getGenericType() {
        return String.class;
    }

    @Override
    public MediaType getMediaType() {
        return MediaType.TEXT_PLAIN_TYPE;
    }

    @Override
    public @Nullable Object getData() {
        return event().data();
    }

    @Override
    public @Nullable String getId() {
        return event().id() == null ? null : event().id().value();
    }

    @Override
    public @Nullable String getName() {
        return event().type();
    }

    @Override
    public @Nullable String getComment() {
        return event().comment();
    }

    @Override
    public long getReconnectDelay() {
        return event().retry() == null ? RECONNECT_NOT_SET : event().retry().toMillis();
    }

    @Override
    public boolean isReconnectDelaySet() {
        return event().retry() != null;
    }
}
