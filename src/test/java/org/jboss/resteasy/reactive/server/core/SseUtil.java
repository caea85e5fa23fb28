package org.jboss.resteasy.reactive.server.core;

import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;

/** In the shape of Quarkus REST's own. */
public final class SseUtil {
    private SseUtil() {}

    public static void setHeaders(ResteasyReactiveRequestContext context, ServerHttpResponse response) {
        response.setResponseHeader("Content-Type", "text/event-stream");
    }
}
