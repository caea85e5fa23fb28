package dev.fanfare.rest.cors;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.PreMatching;

/**
 * The CORS protocol, <a href="https://fetch.spec.whatwg.org/#http-cors-protocol">WHATWG Fetch, 3.3</a>: answers preflights
 * before anything asks for a token, which a preflight never has, and adds the headers to every answer, errors too.
 * Thread-safe.
 */
@PreMatching
public final class CorsFilter implements ContainerRequestFilter, ContainerResponseFilter {
    private volatile CorsPolicy policy;

    /** Allows what the settings say. */
    public CorsFilter(CorsSettings settings) {
        policy = new CorsPolicy(settings);
    }

    /** Allows what other settings say from now on. */
    public void take(CorsSettings settings) {
        policy = new CorsPolicy(settings);
    }

    @Override
    public void filter(ContainerRequestContext request) {
        policy.answerPreflight(request);
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        policy.addHeaders(request, response);
    }
}
