package dev.fanfare.rest.web;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /fanfare.js}, {@code /fanfare-react.js} and their types: the client for browsers, from {@code META-INF/resources}
 * of the class path, where a servlet container finds it as well. Pages of any origin may import it, since it holds nothing
 * secret. To be registered as a singleton. Thread-safe.
 */
@Path("{module: fanfare(-react)?[.](js|d[.]ts)}")
public final class BrowserModuleResource {

    private static final List<String> FILES =
            List.of("fanfare.js", "fanfare.d.ts", "fanfare-react.js", "fanfare-react.d.ts");
    private static final Pattern VERSION = Pattern.compile("^export const version = \"([^\"]+)\";$", Pattern.MULTILINE);

    private final Map<String, StaticFile> modules = new HashMap<>();
    private final String version;

    /**
     * Reads the files.
     *
     * @throws IllegalStateException if one is not on the class path, or names no version
     */
    public BrowserModuleResource() {
        FILES.forEach(
                file -> modules.put(file, StaticFile.read(BrowserModuleResource.class, "/META-INF/resources/" + file)));
        Matcher stated = VERSION.matcher(module("fanfare.js").text());
        if (!stated.find()) {
            throw new IllegalStateException("expected a version in fanfare.js, found none");
        }
        version = stated.group(1);
    }

    /**
     * A file, or 304 for a client that has it. Browsers ask each time, so that a page and its server fit together; where the
     * query names the version of a release, they keep it for good.
     */
    @GET
    @Produces({"text/javascript;charset=UTF-8", "text/plain;charset=UTF-8"})
    public Response module(
            @PathParam("module") String name, @QueryParam("v") @Nullable String wanted, @Context Request request) {
        boolean kept = version.equals(wanted) && !version.endsWith("-SNAPSHOT");
        String type = name.endsWith(".js") ? "text/javascript;charset=UTF-8" : "text/plain;charset=UTF-8";
        Response.ResponseBuilder answer = module(name).answer(request, type);
        if (kept) {
            answer.header(HttpHeaders.CACHE_CONTROL, null)
                    .header(HttpHeaders.CACHE_CONTROL, "public, max-age=31536000, immutable");
        }
        return answer.header("Access-Control-Allow-Origin", "*")
                .header("Cross-Origin-Resource-Policy", "cross-origin")
                .build();
    }

    private StaticFile module(String name) {
        StaticFile module = modules.get(name);
        if (module == null) {
            throw new IllegalStateException("expected one of " + FILES + ", found " + name);
        }
        return module;
    }
}
