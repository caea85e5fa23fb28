package org.jboss.resteasy.reactive.server.spi;

import java.util.List;

/** In the shape of Quarkus REST's own. */
public interface ServerHttpRequest {
    String getRequestHeader(CharSequence name);

    List<String> getAllQueryParams(String name);
}
