package dev.fanfare.rest;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * {@code GET /openapi.yaml}: what the service answers, for tools, as <a href="https://spec.openapis.org/oas/v3.1.0">OpenAPI
 * 3.1</a>. The text is {@code dev/fanfare/rest/openapi.yaml} of the class path; tests compare it with the resources. To be
 * registered as a singleton. Thread-safe.
 */
@Path("openapi.yaml")
public final class OpenApiResource {

    private static final String FILE = "openapi.yaml";

    private final byte[] text;
    private final EntityTag tag;

    /**
     * Reads the text.
     *
     * @throws IllegalStateException if it is not on the class path
     */
    public OpenApiResource() {
        try (InputStream file = OpenApiResource.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(
                        "expected dev/fanfare/rest/" + FILE + " on the class path, found nothing");
            }
            text = file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("dev/fanfare/rest/" + FILE + " can't be read", e);
        }
        tag = new EntityTag(InlinePolicy.sha256(text));
    }

    /** The text, or 304 for a client that has it; the media type is that of RFC 9512. */
    @GET
    @Produces("application/yaml")
    public Response text(@Context Request request) {
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        Response.ResponseBuilder answer = unchanged != null ? unchanged : Response.ok(text);
        return answer.tag(tag).header(HttpHeaders.CACHE_CONTROL, "no-cache").build();
    }
}
