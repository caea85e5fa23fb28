package dev.fanfare.rest.problem;

import dev.fanfare.rest.RestFeature;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Ends a request with a {@link Problem}. The detail is read by the client: it says what was wrong and what would be right, and
 * nothing about the inside of the server.
 *
 * <p>The answer is complete in the exception. Jakarta REST sends an exception's response as it is when it has an entity
 * (<a href="https://jakarta.ee/specifications/restful-ws/3.1/">Jakarta REST 3.1, 3.3.4</a>), so this works in applications that
 * do not register {@link RestFeature}, too.
 *
 * <pre>{@code
 * throw ProblemException.badRequest("'topic' is missing: name at least one topic");
 * throw ProblemException.unavailable("The limit of streams is reached.", Duration.ofSeconds(5));
 * }</pre>
 */
public final class ProblemException extends WebApplicationException {

    private static final long serialVersionUID = 1;

    private final @Nullable String detail;

    private ProblemException(@Nullable String message, @Nullable String detail, Response response) {
        super(message, response);
        this.detail = detail;
    }

    public ProblemException(Problem problem) {
        this(problem.title() + ": " + problem.detail(), problem.detail(), problem.toResponse());
    }

    public ProblemException(ProblemType type, String detail) {
        this(Problem.of(type, detail));
    }

    public static ProblemException badRequest(String detail) {
        return new ProblemException(ProblemType.BAD_REQUEST, detail);
    }

    /** With {@code WWW-Authenticate: Bearer}; {@link #withHeader} gives it parameters. */
    public static ProblemException unauthorized(String detail) {
        return new ProblemException(ProblemType.UNAUTHORIZED, detail)
                .withHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }

    public static ProblemException forbidden(String detail) {
        return new ProblemException(ProblemType.FORBIDDEN, detail);
    }

    public static ProblemException notFound(String detail) {
        return new ProblemException(ProblemType.NOT_FOUND, detail);
    }

    public static ProblemException conflict(String detail) {
        return new ProblemException(ProblemType.CONFLICT, detail);
    }

    public static ProblemException tooLarge(String detail) {
        return new ProblemException(ProblemType.TOO_LARGE, detail);
    }

    public static ProblemException unsupportedMediaType(String detail) {
        return new ProblemException(ProblemType.UNSUPPORTED_MEDIA_TYPE, detail);
    }

    /** A 502 with {@code Retry-After}, rounded up to whole seconds. */
    public static ProblemException sourceFailed(String detail, Duration retryAfter) {
        return new ProblemException(ProblemType.SOURCE_FAILED, detail).retryAfter(retryAfter);
    }

    /** A 503 with {@code Retry-After}, rounded up to whole seconds. */
    public static ProblemException unavailable(String detail, Duration retryAfter) {
        return new ProblemException(ProblemType.UNAVAILABLE, detail).retryAfter(retryAfter);
    }

    /** What was wrong, and what would be right; the message where the problem has none. */
    public String detail() {
        return detail == null ? String.valueOf(getMessage()) : detail;
    }

    /** The same problem with a header set to this value, in place of any it had. */
    public ProblemException withHeader(String name, String value) {
        Response changed = Response.fromResponse(getResponse())
                .header(name, null)
                .header(name, value)
                .build();
        return new ProblemException(getMessage(), detail, changed);
    }

    private ProblemException retryAfter(Duration delay) {
        long seconds = delay.plusSeconds(1).minusNanos(1).toSeconds();
        return withHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
    }
}
