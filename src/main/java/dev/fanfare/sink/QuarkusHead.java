package dev.fanfare.sink;

import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.reflect.Method;

/*
 * Behind the resource method Quarkus REST sends the head if nothing has sent it yet, and an event that is the first one sends it
 * too. Neither waits for the other: where the first event comes from another thread at that moment, "Response head already sent"
 * ends the request, and its client hears nothing more. So the head is sent here, before there is another thread.
 */
/**
 * Sends the head of a stream on Quarkus REST, with the headers of a stream, since it runs no response filter where a method takes
 * a sink. Its classes are called by reflection, since nothing else here needs them. Stateless.
 */
final class QuarkusHead {
    private static final System.Logger LOG = System.getLogger(QuarkusHead.class.getName());
    private static final String SERVER = "org.jboss.resteasy.reactive.server.";

    private QuarkusHead() {}

    /** Called in the thread of the resource method, before anything is written. */
    static void send(SseEventSink sink) {
        MultivaluedMap<String, Object> headers = new MultivaluedHashMap<>();
        StreamHeaders.addTo(headers);
        try {
            ClassLoader quarkus = sink.getClass().getClassLoader();
            Class<?> context = Class.forName(SERVER + "core.ResteasyReactiveRequestContext", true, quarkus);
            Class<?> response = Class.forName(SERVER + "spi.ServerHttpResponse", true, quarkus);
            Object request = Class.forName(SERVER + "core.CurrentRequestManager", true, quarkus)
                    .getMethod("get")
                    .invoke(null);
            Object answer = context.getMethod("serverResponse").invoke(request);
            Method set = response.getMethod("setResponseHeader", CharSequence.class, CharSequence.class);
            for (String name : headers.keySet()) {
                set.invoke(answer, name, String.valueOf(headers.getFirst(name)));
            }
            Class.forName(SERVER + "core.SseUtil", true, quarkus)
                    .getMethod("setHeaders", context, response)
                    .invoke(null, request, answer);
            response.getMethod("write", byte[].class).invoke(answer, (Object) new byte[0]);
        } catch (ReflectiveOperationException | RuntimeException e) { // another version
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Fanfare can't send the head of a stream on this version of Quarkus REST. A stream whose first event comes"
                            + " at once may fail with 'Response head already sent'. Set 'Cache-Control: no-cache, no-store,"
                            + " no-transform' and 'X-Accel-Buffering: no' by quarkus.http.filter",
                    e);
        }
    }
}
