package dev.fanfare.rest.access;

import dev.fanfare.rest.StreamGate;
import dev.fanfare.stream.Ticker;
import jakarta.annotation.Priority;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.PreMatching;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Logs each request with its answer: the client's address, where the server tells it, the method, the target, the status, and
 * how long the head of the answer took. A stream is logged when it opens. No token gets into it: headers are left out, and so
 * are the values of query parameters that may hold one. What the server refuses before Jakarta REST is not logged. Thread-safe.
 */
@PreMatching
@Priority(Integer.MIN_VALUE)
public final class AccessLog implements ContainerRequestFilter, ContainerResponseFilter {
    /** The name of its logger, to be told apart from others. */
    public static final String LOGGER = "dev.fanfare.access";

    private static final System.Logger LOG = System.getLogger(LOGGER);
    private static final String BEGIN = AccessLog.class.getName() + ".begin";
    private static final Set<String> SECRET = Set.of("authorization", "access_token", "token");

    private final Ticker ticker;
    private final Consumer<String> lines;

    /** A log that writes to the logger {@link #LOGGER}. */
    public AccessLog(Ticker ticker) {
        this(ticker, line -> LOG.log(System.Logger.Level.INFO, line));
    }

    AccessLog(Ticker ticker, Consumer<String> lines) {
        this.ticker = ticker;
        this.lines = lines;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        request.setProperty(BEGIN, ticker.nanos());
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        Object begin = request.getProperty(BEGIN);
        String took = begin instanceof Long nanos ? TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - nanos) + " ms" : "-";
        Object address = request.getProperty(StreamGate.ADDRESS_PROPERTY);
        lines.accept((address instanceof String from ? from : "-")
                + " " + request.getMethod()
                + " " + target(request.getUriInfo().getRequestUri())
                + " " + response.getStatus()
                + " " + took);
    }

    /** As it was sent, percent-encoded: no sign in it ends a line. */
    private static String target(URI uri) {
        String query = uri.getRawQuery();
        return uri.getRawPath() + (query == null ? "" : "?" + withoutSecrets(query));
    }

    static String withoutSecrets(String query) {
        return Arrays.stream(query.split("&", -1))
                .map(parameter -> {
                    int equals = parameter.indexOf('=');
                    return equals >= 0 && isSecret(parameter.substring(0, equals))
                            ? parameter.substring(0, equals) + "=..."
                            : parameter;
                })
                .collect(Collectors.joining("&"));
    }

    /** A name may be percent-encoded; the server reads it all the same. */
    private static boolean isSecret(String encoded) {
        String name = decoded(encoded);
        return name == null || SECRET.contains(name.toLowerCase(Locale.ROOT));
    }

    private static @Nullable String decoded(String encoded) {
        try {
            return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
