package dev.fanfare.rest.problem;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The closed set of problems that Fanfare answers with. A client may rest on {@link #uri()}; titles are for people.
 *
 * <p>See <a href="https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1">RFC 9457, 3.1.1</a>. The URIs are names that can't be
 * looked up, so that they outlive any web site. An error status that is not in the set is {@code about:blank} with the
 * status's own phrase as title (RFC 9457, 4.2.1).
 */
public enum ProblemType {
    /** A part of the request can't be read or has a value that is not allowed. */
    BAD_REQUEST(400, "The request is malformed"),
    /** A CORS preflight asks for an origin, a method or headers that are not allowed. */
    CORS_REFUSED(400, "The CORS preflight is refused"),
    /** The request needs a token and has none, or one that does not hold. */
    UNAUTHORIZED(401, "A valid token is needed"),
    /** The client is known, and may not. */
    FORBIDDEN(403, "The request is not allowed"),
    /** Nothing is at this path, or what the path names does not exist. */
    NOT_FOUND(404, "There is no such resource"),
    /** The path exists and does not know the method; {@code Allow} lists those that it knows. */
    METHOD_NOT_ALLOWED(405, "The method does not fit the path"),
    /** None of the media types in {@code Accept} can be produced. */
    NOT_ACCEPTABLE(406, "No acceptable media type"),
    /** The request contradicts what is there already. */
    CONFLICT(409, "The request conflicts with the current state"),
    /** The body is over its limit. */
    TOO_LARGE(413, "The body is too large"),
    /** The body is of a media type, or in a charset, that is not read here. */
    UNSUPPORTED_MEDIA_TYPE(415, "The body's media type is not supported"),
    /** A fault of the server; its log has the details under the reference in {@code detail}. */
    INTERNAL_ERROR(500, "The server failed"),
    /** Where a status comes from does not answer; {@code Retry-After} says when to ask again. */
    SOURCE_FAILED(502, "The source of the status failed"),
    /** The server is full or is shutting down; {@code Retry-After} says when to ask again. */
    UNAVAILABLE(503, "The server can't handle the request now");

    private final int status;
    private final String title;
    private final String uri;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
        this.uri = "urn:fanfare:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** {@code urn:fanfare:problem:} and the constant's name in lower case with hyphens. */
    public String uri() {
        return uri;
    }

    /** The general type of an HTTP status: the first one listed with it. */
    static Optional<ProblemType> ofStatus(int status) {
        return Arrays.stream(values()).filter(type -> type.status == status).findFirst();
    }
}
