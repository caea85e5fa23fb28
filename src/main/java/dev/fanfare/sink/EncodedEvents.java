package dev.fanfare.sink;

import dev.fanfare.event.Event;
import dev.fanfare.wire.Frame;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/*
 * How the frames get through a sink depends on who writes:
 *
 *   bytes     are what a sink of ours writes, of all frames, and what goes past a sink to the response behind it. That is how
 *             frames reach clients of RESTEasy and Quarkus REST, unless a sink is handed over in another thread than that of
 *             its request, or their version is not known. Then the two write themselves:
 *   RESTEasy  writes the fields itself, id and name as they are. So the whole rest of the text goes as the field that the
 *             text begins with. Its own way would lose empty lines in data ("a\n\nb" arrives as "a\nb").
 *   Quarkus   writes the fields of one frame, and no blank between colon and value. A reader takes the first blank of a
 *             value for that one, so a line that begins with a blank gets another.
 *   Jersey    asks EncodedEventsWriter, which writes the bytes of all frames.
 *   others    write the fields of one frame.
 *
 * An implementation that is not known is one of the others, also one of a package that sounds familiar: what goes through a
 * field that is not written as it is would be lost without a word.
 */
/** Frames on their way through a sink, as an event that its implementation can write. Used by one sender at a time. */
final class EncodedEvents implements OutboundSseEvent {
    private static final String ID = "id: ";
    private static final String NAME = "event: ";
    private static final String EMPTY_LINE_OF_DATA = "\ndata: \n";
    private static final Pattern LEADING_BLANK = Pattern.compile("^ ", Pattern.MULTILINE | Pattern.UNIX_LINES);
    private static final MediaType TEXT = MediaType.TEXT_PLAIN_TYPE.withCharset("UTF-8");

    /** Who writes. */
    enum Style {
        BYTES,
        JERSEY,
        RESTEASY,
        QUARKUS,
        OTHER;

        static Style of(SseEventSink sink) {
            if (sink instanceof OutputSink) {
                return BYTES;
            }
            String name = sink.getClass().getName();
            if (name.startsWith("org.glassfish.jersey.")) {
                return JERSEY;
            }
            return switch (name) {
                case "org.jboss.resteasy.plugins.providers.sse.SseEventOutputImpl" -> RESTEASY;
                case "org.jboss.resteasy.reactive.server.jaxrs.SseEventSinkImpl" -> QUARKUS;
                default -> OTHER;
            };
        }
    }

    private final List<Frame> frames;
    private final int from;
    private final int to;
    private final Style style;
    private final boolean bytes;
    private final @Nullable String id;
    private final @Nullable String name;
    private final CompletableFuture<Void> handled = new CompletableFuture<>();
    private volatile boolean written;

    private EncodedEvents(
            List<Frame> frames, int from, int to, Style style, @Nullable String id, @Nullable String name) {
        this.frames = frames;
        this.from = from;
        this.to = to;
        this.style = style;
        this.bytes = style == Style.JERSEY || style == Style.BYTES;
        this.id = id;
        this.name = name;
    }

    /** The frames from {@code from} on: as many as can be sent at once, at least one. */
    static EncodedEvents of(List<Frame> frames, int from, Style style) {
        return switch (style) {
            case BYTES, JERSEY -> new EncodedEvents(frames, from, frames.size(), style, null, null);
            case RESTEASY -> inOneField(frames, from);
            case QUARKUS, OTHER -> fields(frames, from, style);
        };
    }

    private static EncodedEvents fields(List<Frame> frames, int from, Style style) {
        return new EncodedEvents(frames, from, from + 1, style, null, null);
    }

    private static EncodedEvents inOneField(List<Frame> frames, int from) {
        String first = FrameFields.of(frames.get(from)).text();
        if (first.startsWith(ID)) {
            String text = text(frames, from).substring(ID.length());
            return new EncodedEvents(frames, from, frames.size(), Style.RESTEASY, text, null);
        }
        if (first.startsWith(NAME)) {
            String text = text(frames, from).substring(NAME.length());
            return new EncodedEvents(frames, from, frames.size(), Style.RESTEASY, null, text);
        }
        if (first.contains(EMPTY_LINE_OF_DATA)) {
            // An empty name is as none.
            return new EncodedEvents(frames, from, frames.size(), Style.RESTEASY, null, "\n" + text(frames, from));
        }
        return fields(frames, from, Style.RESTEASY);
    }

    /** The text of the frames, without the line end and the empty line that RESTEasy adds. */
    private static String text(List<Frame> frames, int from) {
        String text = frames.subList(from, frames.size()).stream()
                .map(frame -> FrameFields.of(frame).text())
                .collect(Collectors.joining());
        return text.substring(0, text.length() - (text.endsWith("\n\n") ? 2 : 1));
    }

    /**
     * Complete once it is known what was written. Jersey keeps what it is given before the resource method has returned, and
     * says that it was sent; which of its threads writes it then, and how, shows only when it does.
     */
    CompletableFuture<Void> handled() {
        return bytes ? handled : CompletableFuture.completedFuture(null);
    }

    /** How many frames were sent, once {@link #handled} is complete. */
    int sentFrames() {
        return bytes && !written ? 1 : to - from;
    }

    long sentBytes() {
        long sum = 0;
        for (int i = from; i < from + sentFrames(); i++) {
            sum += frames.get(i).payloadBytes();
        }
        return sum;
    }

    /** Writes the bytes; on Jersey without the last line end, which it adds. */
    void writeTo(OutputStream out) throws IOException {
        written = true;
        try {
            for (int i = from; i < to - 1; i++) {
                frames.get(i).writePayloadTo(out);
            }
            if (style == Style.JERSEY) {
                frames.get(to - 1).writePayloadWithoutLastByteTo(out);
            } else {
                frames.get(to - 1).writePayloadTo(out);
            }
            handled.complete(null);
        } catch (IOException | RuntimeException e) {
            handled.completeExceptionally(e);
            throw e;
        }
    }

    /** The bytes, as one array. */
    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** What asks for the fields writes them, and so the first frame only. */
    private Event event() {
        handled.complete(null);
        return FrameFields.of(frames.get(from)).event();
    }

    private @Nullable String written(@Nullable String value) {
        return value == null || style != Style.QUARKUS
                ? value
                : LEADING_BLANK.matcher(value).replaceAll("  ");
    }

    private boolean inOneField() {
        return id != null || name != null;
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
        return TEXT;
    }

    @Override
    public @Nullable Object getData() {
        return inOneField() ? null : written(event().data());
    }

    @Override
    public @Nullable String getId() {
        if (inOneField()) {
            return id;
        }
        return event().id() == null ? null : written(event().id().value());
    }

    @Override
    public @Nullable String getName() {
        return inOneField() ? name : written(event().type());
    }

    @Override
    public @Nullable String getComment() {
        return inOneField() ? null : event().comment();
    }

    @Override
    public long getReconnectDelay() {
        Duration retry = inOneField() ? null : event().retry();
        return retry == null ? RECONNECT_NOT_SET : retry.toMillis();
    }

    @Override
    public boolean isReconnectDelaySet() {
        return getReconnectDelay() != RECONNECT_NOT_SET;
    }
}
