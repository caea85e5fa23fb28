package org.jboss.resteasy.reactive.server.core;

import org.jboss.resteasy.reactive.server.jaxrs.SseEventSinkImpl;
import org.jboss.resteasy.reactive.server.spi.ServerHttpRequest;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;

/** A request, in the shape of Quarkus REST's own. */
public final class ResteasyReactiveRequestContext {
    private final ServerHttpRequest request;
    private final ServerHttpResponse response;
    private final SseEventSinkImpl sink;

    public ResteasyReactiveRequestContext(ServerHttpRequest request, ServerHttpResponse response) {
        this.request = request;
        this.response = response;
        this.sink = new SseEventSinkImpl(response);
    }

    public SseEventSinkImpl getSseEventSink() {
        return sink;
    }

    public ServerHttpRequest serverRequest() {
        return request;
    }

    public ServerHttpResponse serverResponse() {
        return response;
    }
}
