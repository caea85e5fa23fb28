package dev.fanfare.rest;

import dev.fanfare.rest.problem.ProblemException;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests while the service closes, in place of resources whose parts are closed already. Behind CORS, since a browser
 * would keep a refusal without its headers from an {@code EventSource}, which then gives up for good. Thread-safe.
 */
@PreMatching
final class ClosingGate implements ContainerRequestFilter {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final BooleanSupplier closing;

    ClosingGate(BooleanSupplier closing) {
        this.closing = closing;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (closing.getAsBoolean()) {
            request.abortWith(answer(request.getMethod(), request.getHeaders()));
        }
    }

    /** What a request gets that came before, and has met a part that is closed; null while the service does not close. */
    @Nullable
    Response answerIfClosing(String method, HttpHeaders headers) {
        return closing.getAsBoolean() ? answer(method, headers.getRequestHeaders()) : null;
    }

    private static Response answer(String method, Map<String, List<String>> headers) {
        boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        if (reads && EventStreamClient.sent(headers)) {
            return StreamGate.refusal(StreamRefusal.SHUTDOWN, true);
        }
        return ProblemException.unavailable("The server is shutting down; try again later.", RETRY_AFTER)
                .withHeader("Connection", "close")
                .getResponse();
    }
}
