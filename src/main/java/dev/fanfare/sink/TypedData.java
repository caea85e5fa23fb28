package dev.fanfare.sink;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.Providers;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Turns an event's data into text, by the application's own {@link MessageBodyWriter}s where it is no text. */
final class TypedData {
    private static final Annotation[] NO_ANNOTATIONS = {};

    private final @Nullable Providers providers;

    TypedData(@Nullable Providers providers) {
        this.providers = providers;
    }

    /** The text of the event's data, null if it has none. */
    @Nullable
    String textOf(OutboundSseEvent event) {
        Object data = event.getData();
        if (data == null || data instanceof CharSequence) {
            return data == null ? null : data.toString();
        }
        MediaType mediaType = event.getMediaType() == null ? MediaType.TEXT_PLAIN_TYPE : event.getMediaType();
        if (mediaType.getParameters().containsKey(MediaType.CHARSET_PARAMETER)) {
            mediaType = mediaType.withCharset(StandardCharsets.UTF_8.name()); // an event stream knows no other
        }
        Class<?> type = event.getType() == null ? data.getClass() : event.getType();
        Type genericType = event.getGenericType() == null ? type : event.getGenericType();
        return write(data, type, genericType, mediaType);
    }

    @SuppressWarnings("unchecked") // the class of a primitive type casts nothing
    private <T> String write(Object data, Class<T> type, Type genericType, MediaType mediaType) {
        MessageBodyWriter<T> writer =
                providers == null ? null : providers.getMessageBodyWriter(type, genericType, NO_ANNOTATIONS, mediaType);
        if (writer == null) {
            throw new IllegalArgumentException("No MessageBodyWriter writes " + type.getName() + " as " + mediaType
                    + "; give newBroadcaster the application's Providers, or broadcast text");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writer.writeTo((T) data, type, genericType, NO_ANNOTATIONS, mediaType, new MultivaluedHashMap<>(), out);
        } catch (IOException e) {
            throw new UncheckedIOException("The event's data can't be written as " + mediaType, e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
