package dev.fanfare.rest;

import dev.fanfare.rest.problem.ProblemException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;

/**
 * Refuses requests for a host that is no name of this machine, in development mode. A page of {@code evil.example} whose name
 * is made to point to 127.0.0.1 (DNS rebinding) would be of the server's own origin, as a browser sees it. Thread-safe.
 */
@PreMatching
public final class LocalNamesOnly implements ContainerRequestFilter {
    private final LocalNames names;

    /** Lets requests for these names through. */
    public LocalNamesOnly(LocalNames names) {
        this.names = names;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (!names.include(request.getUriInfo().getBaseUri())) {
            throw ProblemException.forbidden(
                    "In development mode (fanfare.dev) the Host of a request must be a name of this machine, such as"
                            + " localhost or 127.0.0.1, or fanfare.http.host.");
        }
    }
}
