package org.jboss.resteasy.spi;

import java.io.OutputStream;
import java.util.concurrent.CompletionStage;

/** In the shape of RESTEasy's own. */
public abstract class AsyncOutputStream extends OutputStream {
    public abstract CompletionStage<Void> asyncFlush();

    public abstract CompletionStage<Void> asyncWrite(byte[] bytes);
}
