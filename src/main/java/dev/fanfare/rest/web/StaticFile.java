package dev.fanfare.rest.web;

import dev.fanfare.event.Sha256;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A file of the class path that clients get as it is, with an {@code ETag} of its content. Immutable. */
public final class StaticFile {
    private final byte[] bytes;
    private final EntityTag tag;

    private StaticFile(byte[] bytes) {
        this.bytes = bytes;
        this.tag = new EntityTag(Base64.getEncoder().encodeToString(Sha256.of(bytes)));
    }

    /**
     * Reads a file.
     *
     * @param name relative to the package of the class, or from the root with a leading slash
     * @throws IllegalStateException if it is not on the class path
     */
    public static StaticFile read(Class<?> beside, String name) {
        try (InputStream file = beside.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(
                        "expected " + name + " on the class path of " + beside.getName() + ", found nothing");
            }
            return new StaticFile(file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(name + " can't be read", e);
        }
    }

    /** The file as text, in UTF-8. */
    String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The file, or 304 for a client that has it. A client that keeps it asks each time: a new version must show at once. */
    public Response.ResponseBuilder answer(Request request, String type) {
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        Response.ResponseBuilder answer = unchanged != null ? unchanged : Response.ok(bytes, type);
        return answer.tag(tag).header(HttpHeaders.CACHE_CONTROL, "no-cache");
    }
}
