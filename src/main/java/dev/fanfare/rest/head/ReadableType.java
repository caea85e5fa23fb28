package dev.fanfare.rest.head;

import dev.fanfare.rest.problem.ProblemException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.MediaType;
import java.util.regex.Pattern;

/**
 * Refuses a {@code Content-Type} whose {@code q} is no weight. Jersey reads one there, as in {@code Accept}, and does so again
 * when it writes the answer about it, which fails as well. Thread-safe.
 */
@PreMatching
public final class ReadableType implements ContainerRequestFilter {
    /** RFC 9110, 12.4.2. */
    private static final Pattern WEIGHT = Pattern.compile("0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?");

    @Override
    public void filter(ContainerRequestContext request) {
        MediaType type = request.getMediaType();
        String weight = type == null ? null : type.getParameters().get("q");
        if (weight != null && !WEIGHT.matcher(weight).matches()) {
            throw ProblemException.badRequest(
                    "The parameter 'q' in 'Content-Type' must be a number from 0 to 1; better leave it out.");
        }
    }
}
