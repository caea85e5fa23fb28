package dev.fanfare.server.grizzly;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.ContainerResponse;
import org.glassfish.jersey.server.spi.ContainerResponseWriter;

/**
 * Jersey suspends the response of a stream twice, before its method and with its head. Grizzly refuses the second time by an
 * exception, of which Jersey makes a message for a log that nobody reads: 5% of what an opening costs. A response that is
 * suspended without a time-out is told so here. Stateless.
 */
final class OneSuspension implements DynamicFeature {
    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        if (Arrays.asList(resource.getResourceMethod().getParameterTypes()).contains(SseEventSink.class)) {
            context.register(new OnStreams());
        }
    }

    private static final class OnStreams implements ContainerRequestFilter {
        @Override
        public void filter(ContainerRequestContext context) {
            if (context instanceof ContainerRequest request) {
                request.setWriter(new Writer(request.getResponseWriter()));
            }
        }
    }

    /** Confined to the request, as the writer that it stands for. */
    private static final class Writer implements ContainerResponseWriter {
        private final ContainerResponseWriter grizzly;
        private boolean suspended;

        Writer(ContainerResponseWriter grizzly) {
            this.grizzly = grizzly;
        }

        @Override
        public boolean suspend(long timeout, TimeUnit unit, TimeoutHandler handler) {
            boolean forGood = timeout <= 0;
            if (suspended && forGood) {
                return true;
            }
            boolean succeeded = grizzly.suspend(timeout, unit, handler);
            suspended = succeeded && forGood;
            return succeeded;
        }

        @Override
        public void setSuspendTimeout(long timeout, TimeUnit unit) {
            grizzly.setSuspendTimeout(timeout, unit);
        }

        @Override
        public OutputStream writeResponseStatusAndHeaders(long contentLength, ContainerResponse response) {
            return grizzly.writeResponseStatusAndHeaders(contentLength, response);
        }

        @Override
        public void commit() {
            grizzly.commit();
        }

        @Override
        public void failure(Throwable error) {
            grizzly.failure(error);
        }

        @Override
        public boolean enableResponseBuffering() {
            return grizzly.enableResponseBuffering();
        }
    }
}
