package dev.fanfare.rest.web;

import dev.fanfare.rest.HubHeaders;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code GET /}: the console, and the style and the modules that its page names. All are read once from the class path, beside
 * this class, so this is to be registered as a singleton. Thread-safe.
 */
@Path("/")
@HubHeaders.Announcing
public final class ConsoleResource {
    private static final String PAGE = "console.html";
    private static final List<String> FILES = List.of(
            PAGE,
            "console.css",
            "console.js",
            "console-demo.js",
            "console-doctor.js",
            "console-dom.js",
            "console-try.js");

    /** Nothing but what this server serves is loaded, run or asked, and no page may frame it. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Map<String, StaticFile> files = new HashMap<>();

    /**
     * Reads the files.
     *
     * @throws IllegalStateException if one is not on the class path
     */
    public ConsoleResource() {
        FILES.forEach(name -> files.put(name, StaticFile.read(ConsoleResource.class, name)));
    }

    /** The page, or 304 for a client that has it. A browser asks each time: a new version must show at once. */
    @GET
    @Produces("text/html;charset=UTF-8")
    public Response page(@Context Request request) {
        return answer(PAGE, "text/html;charset=UTF-8", request)
                .header("Content-Security-Policy", POLICY)
                .header("Referrer-Policy", "no-referrer")
                .build();
    }

    /** A style or a module of the page; as {@link #page}. */
    @GET
    @Path("console/{file}")
    @Produces({"text/javascript;charset=UTF-8", "text/css;charset=UTF-8"})
    public Response file(@PathParam("file") String name, @Context Request request) {
        String type = name.endsWith(".css") ? "text/css;charset=UTF-8" : "text/javascript;charset=UTF-8";
        return answer(name, type, request).build();
    }

    private Response.ResponseBuilder answer(String name, String type, Request request) {
        StaticFile file = files.get(name);
        if (file == null || (name.equals(PAGE) && !type.startsWith("text/html"))) {
            throw new NotFoundException();
        }
        return file.answer(request, type);
    }
}
