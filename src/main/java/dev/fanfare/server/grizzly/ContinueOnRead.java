package dev.fanfare.server.grizzly;

import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;
import org.glassfish.grizzly.http.util.HttpStatus;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code Expect: 100-continue} when the body is read, which is after the token has been checked and the length has
 * been found small enough: a client does not send a body that is refused. See <a
 * href="https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1">RFC 9110, 10.1.1</a>. Thread-safe.
 */
@PreMatching
final class ContinueOnRead implements ContainerRequestFilter {

    @Inject
    private @Nullable Provider<Request> requests;

    @Inject
    private @Nullable Provider<Response> responses;

    @Override
    public void filter(ContainerRequestContext context) {
        if (context.getHeaderString("Expect") == null || requests == null || responses == null) {
            return;
        }
        if (requests.get().requiresAcknowledgement()) {
            context.setEntityStream(new Body(context.getEntityStream(), responses.get()));
        }
    }

    /** Says before the first read that the body may come. Read by one thread. */
    private static final class Body extends FilterInputStream {
        private final Response response;
        private boolean said;

        Body(InputStream in, Response response) {
            super(in);
            this.response = response;
        }

        private void say() throws IOException {
            if (!said) {
                said = true;
                // Grizzly sends the status that the response has by now.
                response.setStatus(HttpStatus.CONINTUE_100);
                response.sendAcknowledgement();
                response.setStatus(HttpStatus.OK_200);
            }
        }

        @Override
        public int read() throws IOException {
            say();
            return super.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            say();
            return super.read(bytes, offset, length);
        }
    }
}
