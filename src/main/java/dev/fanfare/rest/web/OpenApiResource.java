package dev.fanfare.rest.web;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;

/**
 * {@code GET /openapi.yaml}: what the service answers, for tools, as <a href="https://spec.openapis.org/oas/v3.1.0">OpenAPI
 * 3.1</a>. The text is {@code dev/fanfare/rest/openapi.yaml} of the class path; tests compare it with the resources. To be
 * registered as a singleton. Thread-safe.
 */
@Path("openapi.yaml")
public final class OpenApiResource {

    private final StaticFile text = StaticFile.read(OpenApiResource.class, "/dev/fanfare/rest/openapi.yaml");

    /** The text, or 304 for a client that has it; the media type is that of RFC 9512. */
    @GET
    @Produces("application/yaml")
    public Response text(@Context Request request) {
        return text.answer(request, "application/yaml").build();
    }
}
