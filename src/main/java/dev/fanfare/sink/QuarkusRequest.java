package dev.fanfare.sink;

import dev.fanfare.stream.Reader;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/*
 * Quarkus REST runs no filter of the library where a method takes a sink. So the request is read here, and its response gets the
 * headers of a stream here.
 *
 * Behind the resource method Quarkus REST sends the head if nothing has sent it yet, and an event that is the first one sends it
 * too. Neither waits for the other: where the first event comes from another thread at that moment, "Response head already sent"
 * ends the request, and its client hears nothing more. So the head is sent here, before there is another thread.
 *
 * The sink ends whatever it writes with an empty line, comments and delays too. Readers that take blocks without data for events
 * then get an empty one for the opening and for each heartbeat. So bytes go to the response, past the sink.
 */
/**
 * The request of a sink of Quarkus REST, in the thread of its resource method. Its classes are called by reflection, since nothing
 * else here needs them.
 */
final class QuarkusRequest {
    private static final FirstFault UNREADABLE = new FirstFault(
            QuarkusRequest.class,
            "Fanfare can't read the request of a stream of this version of Quarkus REST. 'heartbeat' and 'positions' are passed"
                    + " over");
    private static final FirstFault NO_RESPONSE = new FirstFault(
            QuarkusRequest.class,
            "Fanfare can't send the head of a stream on this version of Quarkus REST. A stream whose first event comes at once may"
                    + " fail with 'Response head already sent', and an empty line follows on each comment and delay, which some"
                    + " readers take for an event without data. Set 'Cache-Control: no-cache, no-store, no-transform' and"
                    + " 'X-Accel-Buffering: no' by quarkus.http.filter");
    private static final String SERVER = "org.jboss.resteasy.reactive.server.";

    private final SseEventSink sink;
    private final ClassLoader quarkus;
    private final Reflected contextType;
    private final @Nullable Object context;

    private QuarkusRequest(SseEventSink sink) {
        this.sink = sink;
        quarkus = sink.getClass().getClassLoader();
        contextType = type("core.ResteasyReactiveRequestContext");
        context = Reflected.call(type("core.CurrentRequestManager").method("get"), null);
    }

    /** A thread of another kind has no request, or that of another client. */
    private boolean isOfThisThread() {
        return context != null && Reflected.call(contextType.method("getSseEventSink"), context) == sink;
    }

    private Reflected type(String name) {
        return Reflected.of(quarkus, SERVER + name);
    }

    /** What the program that asks for the stream wants of it. */
    static Reader reader(SseEventSink sink) {
        try {
            QuarkusRequest request = new QuarkusRequest(sink);
            return request.isOfThisThread() ? request.reader() : Reader.UNKNOWN;
        } catch (RuntimeException e) { // another version
            UNREADABLE.note(e);
            return Reader.UNKNOWN;
        }
    }

    /** Sends the head, and gives the way behind it; null if neither can be done. Called before anything is written. */
    static @Nullable EventSender begin(SseEventSink sink) {
        try {
            QuarkusRequest request = new QuarkusRequest(sink);
            return request.isOfThisThread() ? request.begin() : null;
        } catch (RuntimeException e) { // another version
            NO_RESPONSE.note(e);
            return null;
        }
    }

    private Reader reader() {
        Object request = Reflected.get(contextType.method("serverRequest"), context);
        Reflected type = type("spi.ServerHttpRequest");
        Method header = type.method("getRequestHeader", CharSequence.class);
        Method query = type.method("getAllQueryParams", String.class);
        return RequestReader.lenientlyRead(
                name -> (String) Reflected.call(header, request, name), name -> strings(query, request, name));
    }

    @SuppressWarnings("unchecked") // as its signature says
    private static List<String> strings(Method method, Object target, String name) {
        return (List<String>) Reflected.get(method, target, name);
    }

    private EventSender begin() {
        Object response = Reflected.get(contextType.method("serverResponse"), context);
        Reflected type = type("spi.ServerHttpResponse");
        Method write = type.method("write", byte[].class);
        Method set = type.method("setResponseHeader", CharSequence.class, CharSequence.class);
        MultivaluedMap<String, Object> headers = new MultivaluedHashMap<>();
        StreamHeaders.addTo(headers);
        headers.keySet().forEach(name -> Reflected.call(set, response, name, String.valueOf(headers.getFirst(name))));
        Reflected.call(
                type("core.SseUtil").method("setHeaders", contextType.type(), type.type()), null, context, response);
        Reflected.call(write, response, (Object) new byte[0]);
        return events -> {
            byte[] bytes = events.bytes();
            if (sink.isClosed()) {
                throw new IllegalStateException("The sink is closed");
            }
            return (CompletionStage<?>) Reflected.get(write, response, (Object) bytes);
        };
    }
}
