package dev.fanfare.rest.browser;

import dev.fanfare.event.Sha256;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
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

    private record Module(String text, EntityTag tag) {}

    private final Map<String, Module> modules = new HashMap<>();
    private final String version;

    /**
     * Reads the files.
     *
     * @throws IllegalStateException if one is not on the class path, or names no version
     */
    public BrowserModuleResource() {
        for (String file : FILES) {
            byte[] bytes = read(file);
            String text = new String(bytes, StandardCharsets.UTF_8);
            modules.put(file, new Module(text, new EntityTag(Base64.getEncoder().encodeToString(Sha256.of(bytes)))));
        }
        Matcher stated = VERSION.matcher(new String(read("fanfare.js"), StandardCharsets.UTF_8));
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
        Module module = modules.get(name);
        if (module == null) {
            throw new IllegalStateException("expected one of " + FILES + ", found " + name);
        }
        boolean kept = version.equals(wanted) && !version.endsWith("-SNAPSHOT");
        String type = name.endsWith(".js") ? "text/javascript;charset=UTF-8" : "text/plain;charset=UTF-8";
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(module.tag());
        Response.ResponseBuilder answer = unchanged != null ? unchanged : Response.ok(module.text(), type);
        return answer.tag(module.tag())
                .header(HttpHeaders.CACHE_CONTROL, kept ? "public, max-age=31536000, immutable" : "no-cache")
                .header("Access-Control-Allow-Origin", "*")
                .header("Cross-Origin-Resource-Policy", "cross-origin")
                .build();
    }

    private static byte[] read(String file) {
        String path = "/META-INF/resources/" + file;
        try (InputStream found = BrowserModuleResource.class.getResourceAsStream(path)) {
            if (found == null) {
                throw new IllegalStateException("expected " + path + " on the class path, found nothing");
            }
            return found.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(path + " can't be read", e);
        }
    }
}
