package dev.fanfare.rest.cors;

import dev.fanfare.rest.problem.ErrorDetail;
import dev.fanfare.rest.problem.Problem;
import dev.fanfare.rest.problem.ProblemType;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What pages of other origins may do, by one {@link CorsSettings}. Immutable. */
final class CorsPolicy {

    private static final String ORIGIN = "Origin";
    private static final String REQUEST_METHOD = "Access-Control-Request-Method";
    private static final String REQUEST_HEADERS = "Access-Control-Request-Headers";
    private static final String ALLOW_HEADERS = "Access-Control-Allow-Headers";

    /** Below it lie sessions of streams. Their {@code PATCH} changes what a page reads, which it may read by {@code GET} as well. */
    private static final String SESSIONS = "events/";

    private static final List<String> KNOWN_METHODS =
            List.of("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT");
    private static final List<String> ALWAYS_ALLOWED_HEADERS =
            List.of("Accept", "Accept-Language", "Content-Language", "Content-Type");

    private final CorsSettings settings;
    private final AllowedOrigins origins;
    private final List<String> methods;
    private final boolean anyHeader;
    private final Set<String> headers = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    /** Allows what the settings say. */
    CorsPolicy(CorsSettings settings) {
        this.settings = settings;
        origins = new AllowedOrigins(settings);
        methods = settings.allowMethods().contains(CorsSettings.ANY) ? KNOWN_METHODS : settings.allowMethods();
        anyHeader = settings.allowHeaders().contains(CorsSettings.ANY);
        headers.addAll(ALWAYS_ALLOWED_HEADERS);
        headers.addAll(settings.allowHeaders());
    }

    /** Answers a preflight; leaves other requests alone. */
    void answerPreflight(ContainerRequestContext request) {
        if (isPreflight(request)) {
            request.abortWith(answer(request));
        }
    }

    /** Adds what a browser has to know to an answer. */
    void addHeaders(ContainerRequestContext request, ContainerResponseContext response) {
        MultivaluedMap<String, Object> answer = response.getHeaders();
        if (origins.decideByOrigin()) {
            Vary.add(answer, ORIGIN);
        }
        List<String> origin = request.getHeaders().get(ORIGIN);
        if (!origins.allow(origin)) {
            return;
        }
        answer.putSingle("Access-Control-Allow-Origin", origins.all() || origin == null ? "*" : origin.get(0));
        if (settings.allowCredentials()) {
            answer.putSingle("Access-Control-Allow-Credentials", "true");
        }
        if (!settings.exposeHeaders().isEmpty() && !isPreflight(request)) {
            answer.putSingle("Access-Control-Expose-Headers", String.join(", ", settings.exposeHeaders()));
        }
    }

    private static boolean isPreflight(ContainerRequestContext request) {
        return request.getMethod().equals(HttpMethod.OPTIONS)
                && request.getHeaders().containsKey(ORIGIN)
                && request.getHeaders().containsKey(REQUEST_METHOD);
    }

    private Response answer(ContainerRequestContext request) {
        List<String> requestedHeaders = requestedHeaders(request);
        List<String> allowed = methods(request);
        List<String> faults = faults(request, requestedHeaders, allowed);
        Response.ResponseBuilder answer;
        if (faults.isEmpty()) {
            answer = Response.noContent()
                    .header("Access-Control-Max-Age", settings.maxAge().toSeconds());
        } else {
            String detail = "Not allowed across origins here: " + String.join("; ", faults) + ".";
            answer = Problem.of(ProblemType.CORS_REFUSED, detail).response();
        }
        answer.header("Access-Control-Allow-Methods", String.join(", ", allowed));
        if (!anyHeader) {
            return answer.header(ALLOW_HEADERS, String.join(", ", headers)).build();
        }
        answer.header("Vary", REQUEST_HEADERS);
        if (faults.isEmpty() && !requestedHeaders.isEmpty()) {
            answer.header(ALLOW_HEADERS, String.join(", ", requestedHeaders));
        }
        return answer.build();
    }

    private List<String> methods(ContainerRequestContext request) {
        String path = request.getUriInfo().getPath();
        boolean isSession = path.startsWith(SESSIONS, path.startsWith("/") ? 1 : 0); // RESTEasy has the slash
        return isSession && !methods.contains(HttpMethod.PATCH)
                ? Stream.concat(methods.stream(), Stream.of(HttpMethod.PATCH)).toList()
                : methods;
    }

    private List<String> faults(ContainerRequestContext request, List<String> requestedHeaders, List<String> allowed) {
        List<String> faults = new ArrayList<>();
        if (!origins.allow(request.getHeaders().get(ORIGIN))) {
            faults.add("origin " + ErrorDetail.quote(request.getHeaderString(ORIGIN)));
        }
        String method = request.getHeaderString(REQUEST_METHOD);
        // A browser needs no leave for HEAD (Fetch, 4.8), and it answers what GET would without a body.
        if (!allowed.contains(method) && !HttpMethod.HEAD.equals(method)) {
            faults.add("method " + ErrorDetail.quote(method) + " (allowed: " + String.join(", ", allowed) + ")");
        }
        List<String> refused = requestedHeaders.stream()
                .filter(name -> anyHeader ? !CorsSettings.isToken(name) : !headers.contains(name))
                .toList();
        if (!refused.isEmpty()) {
            faults.add("headers " + ErrorDetail.quote(String.join(", ", refused)) + " (allowed: "
                    + (anyHeader ? "any name of a header" : String.join(", ", headers)) + ")");
        }
        return faults;
    }

    /** The names of all lines of the header, in the order they came; RFC 9110, 5.6.1 allows empty ones between commas. */
    private static List<String> requestedHeaders(ContainerRequestContext request) {
        return request.getHeaders().getOrDefault(REQUEST_HEADERS, List.of()).stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }
}
