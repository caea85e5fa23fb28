package dev.fanfare.rest.head;

import dev.fanfare.rest.problem.Problem;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.rest.problem.ProblemType;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a path or query that can't be decoded before any resource sees a mangled form of it, and a path that is another
 * spelling of a resource's own. Thread-safe.
 */
@PreMatching
public final class WellFormedTarget implements ContainerRequestFilter {

    @Override
    public void filter(ContainerRequestContext request) {
        URI target = request.getUriInfo().getRequestUri();
        refuse(RequestTarget.faultIn("path", target.getRawPath()));
        refuse(RequestTarget.faultIn("query", target.getRawQuery()));
        String base = request.getUriInfo().getBaseUri().getRawPath();
        String path = target.getRawPath();
        if (path.startsWith(base) && RequestTarget.isOtherSpelling(path.substring(base.length()))) {
            throw new ProblemException(Problem.of(
                    ProblemType.NOT_FOUND,
                    "No resource has this path: write it without a slash at the end, ';', empty segments, and encoded"
                            + " letters or digits."));
        }
    }

    private static void refuse(@Nullable String fault) {
        if (fault != null) {
            throw ProblemException.badRequest(fault);
        }
    }
}
