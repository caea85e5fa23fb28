package dev.fanfare.rest.head;

import dev.fanfare.rest.problem.ProblemException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Refuses a path or query that can't be decoded before any resource sees a mangled form of it. Thread-safe. */
@PreMatching
public final class WellFormedTarget implements ContainerRequestFilter {

    @Override
    public void filter(ContainerRequestContext request) {
        URI target = request.getUriInfo().getRequestUri();
        refuse(RequestTarget.faultIn("path", target.getRawPath()));
        refuse(RequestTarget.faultIn("query", target.getRawQuery()));
    }

    private static void refuse(@Nullable String fault) {
        if (fault != null) {
            throw ProblemException.badRequest(fault);
        }
    }
}
