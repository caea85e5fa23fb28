package dev.fanfare.sink;

import dev.fanfare.event.Event;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/*
 * RESTEasy's sink ends whatever it writes with an empty line, comments and delays too. Readers that take blocks without data for
 * events then get an empty one for the opening and for each heartbeat. The response that the sink writes to takes bytes. The sink
 * sends the head, with an empty line of its own; everything else goes to the response.
 */
/** Sends frames as bytes to a client of RESTEasy. Its classes are called by reflection, since nothing else here needs them. */
final class ResteasyResponse implements EventSender {
    private static final FirstFault NO_RESPONSE = new FirstFault(
            ResteasyResponse.class,
            "Fanfare can't write to a response of this version of RESTEasy. An empty line follows on each comment and delay, and"
                    + " some readers take that for an event without data");
    private static final Frame EMPTY_LINE =
            EventEncoder.encode(Event.builder().data(null).build());

    private final SseEventSink sink;
    private final Object response;
    private final Method output;
    private final Method write;
    private final Method flush;
    private boolean begun;

    private ResteasyResponse(SseEventSink sink, Object response, Reflected type, Reflected stream) {
        this.sink = sink;
        this.response = response;
        output = type.method("getAsyncOutputStream");
        write = stream.method("asyncWrite", byte[].class);
        flush = stream.method("asyncFlush");
    }

    /** The response behind a sink; null unless this is the thread of the sink's request, and this version has one. */
    static @Nullable EventSender of(SseEventSink sink) {
        ClassLoader resteasy = sink.getClass().getClassLoader();
        try {
            Method context = Reflected.of(resteasy, "org.jboss.resteasy.core.ResteasyContext")
                    .method("getContextData", Class.class);
            if (Reflected.call(context, null, SseEventSink.class) != sink) {
                return null;
            }
            Reflected type = Reflected.of(resteasy, "org.jboss.resteasy.spi.HttpResponse");
            Object response = Reflected.get(context, null, type.type());
            Reflected stream = Reflected.of(resteasy, "org.jboss.resteasy.spi.AsyncOutputStream");
            return new ResteasyResponse(sink, response, type, stream);
        } catch (RuntimeException e) { // another version
            NO_RESPONSE.note(e);
            return null;
        }
    }

    @Override
    public CompletionStage<?> send(EncodedEvents events) {
        byte[] bytes = events.bytes();
        if (begun) {
            return write(bytes);
        }
        begun = true;
        return sink.send(EncodedEvents.of(List.of(EMPTY_LINE), 0, EncodedEvents.Style.OTHER))
                .thenCompose(sent -> write(bytes));
    }

    private CompletionStage<?> write(byte[] bytes) {
        if (sink.isClosed()) {
            throw new IllegalStateException("The sink is closed");
        }
        Object stream = Reflected.get(output, response);
        CompletionStage<?> written = (CompletionStage<?>) Reflected.get(write, stream, (Object) bytes);
        return written.thenCompose(done -> (CompletionStage<?>) Reflected.get(flush, stream));
    }
}
