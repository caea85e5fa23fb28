package org.jboss.resteasy.reactive.server.spi;

import java.util.concurrent.CompletionStage;

/** In the shape of Quarkus REST's own. */
public interface ServerHttpResponse {
    ServerHttpResponse setResponseHeader(CharSequence name, CharSequence value);

    CompletionStage<Void> write(byte[] data);
}
