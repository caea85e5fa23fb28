package org.jboss.resteasy.spi;

import java.io.IOException;

/** In the shape of RESTEasy's own. */
public interface HttpResponse {
    AsyncOutputStream getAsyncOutputStream() throws IOException;
}
