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
import java.nio.charset.StandardCharsets;

/**
 * {@code GET /}: one page from the class path, {@code dev/fanfare/rest/page.html}, that has its style, script and icon inside.
 * It is read once, so this is to be registered as a singleton. Thread-safe.
 */
@Path("/")
@HubHeaders.Announcing
public final class PageResource {

    private static final String FILE = "page.html";

    private final byte[] page;
    private final EntityTag tag;
    private final String policy;

    /**
     * Reads the page.
     *
     * @throws IllegalStateException if it is not on the class path
     */
    public PageResource() {
        page = read();
        tag = new EntityTag(InlinePolicy.sha256(page));
        policy = InlinePolicy.of(new String(page, StandardCharsets.UTF_8));
    }

    /** The page, or 304 for a client that has it. A browser asks each time: a new version must show at once. */
    @GET
    @Produces("text/html;charset=UTF-8")
    public Response page(@Context Request request) {
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        Response.ResponseBuilder answer = unchanged != null ? unchanged : Response.ok(page);
        return answer.tag(tag)
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .header("Content-Security-Policy", policy)
                .header("Referrer-Policy", "no-referrer")
                .build();
    }

    private static byte[] read() {
        try (InputStream file = PageResource.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(
                        "expected dev/fanfare/rest/" + FILE + " on the class path, found nothing");
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("dev/fanfare/rest/" + FILE + " can't be read", e);
        }
    }
}
