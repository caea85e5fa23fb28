package dev.fanfare.sink;

import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.reflect.Method;

/**
 * Puts the headers of a stream on an answer of Quarkus REST, which runs no response filter where a method takes a sink. Its
 * classes are called by reflection, since nothing else here needs them. Stateless.
 */
final class QuarkusHead {
    private static final System.Logger LOG = System.getLogger(QuarkusHead.class.getName());
    private static final String SERVER = "org.jboss.resteasy.reactive.server.";

    private QuarkusHead() {}

    /** Called in the thread of the resource method, before anything is written. */
    static void complete(SseEventSink sink) {
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
        } catch (ReflectiveOperationException | RuntimeException e) { // another version; the events arrive all the same
            LOG.log(
                    System.Logger.Level.WARNING,
                    "This version of Quarkus REST lets no stream set its headers; set 'Cache-Control: no-cache, no-store,"
                            + " no-transform' and 'X-Accel-Buffering: no' by quarkus.http.filter",
                    e);
        }
    }
}
