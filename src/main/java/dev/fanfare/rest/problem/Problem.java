package dev.fanfare.rest.problem;

import jakarta.json.Json;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error as a client sees it: {@code application/problem+json}, <a
 * href="https://www.rfc-editor.org/rfc/rfc9457#section-3">RFC 9457, 3</a>. Immutable.
 *
 * @param type a URI of {@link ProblemType}, or {@code about:blank}
 * @param title the same for every problem of the type
 * @param status the HTTP status, 400 to 599
 * @param detail what was wrong with this request, and what would be right
 * @param instance a URI of this one occurrence, where it can be found again
 */
public record Problem(
        String type,
        String title,
        int status,
        @Nullable String detail,
        @Nullable String instance) {

    /** {@code application/problem+json}. */
    public static final MediaType MEDIA_TYPE = new MediaType("application", "problem+json");

    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    public Problem {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("a problem's status is 400 to 599, not " + status);
        }
    }

    public static Problem of(ProblemType type, String detail) {
        return new Problem(type.uri(), type.title(), type.status(), detail, null);
    }

    /** A problem of the status's general type; {@code about:blank} where the closed set has none for it. */
    public static Problem of(int status, String detail) {
        return ProblemType.ofStatus(status)
                .map(type -> of(type, detail))
                .orElseGet(() -> new Problem("about:blank", phrase(status), status, detail, null));
    }

    /** The members of RFC 9457 that are known, as compact JSON. */
    public String toJson() {
        JsonObjectBuilder members =
                JSON.createObjectBuilder().add("type", type).add("title", title).add("status", status);
        if (detail != null) {
            members.add("detail", detail);
        }
        if (instance != null) {
            members.add("instance", instance);
        }
        return members.build().toString();
    }

    /** The whole answer; it is in this form whatever the request's {@code Accept} says, and no cache keeps it. */
    public Response toResponse() {
        return response().build();
    }

    public Response.ResponseBuilder response() {
        return Response.status(status)
                .type(MEDIA_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(toBytes());
    }

    /** Bytes and not text, so that no implementation adds a charset, which JSON does not have (RFC 8259, 11). */
    byte[] toBytes() {
        return toJson().getBytes(StandardCharsets.UTF_8);
    }

    private static String phrase(int status) {
        Response.Status known = Response.Status.fromStatusCode(status);
        return known == null ? "HTTP status " + status : known.getReasonPhrase();
    }
}
