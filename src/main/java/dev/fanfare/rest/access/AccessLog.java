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
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Logs each request with its answer: the client's address, where the server tells it, the method, the target, the status, and
 * how long the head of the answer took. A stream is logged when it opens. No token gets into it: headers are left out, and so
 * are the values of parameters that may hold one, of the query, of a path and of a member such as {@code status=}. What the server refuses before Jakarta REST is not logged. Thread-safe.
 */
@PreMatching
@Priority(Integer.MIN_VALUE)
public final class AccessLog implements ContainerRequestFilter, ContainerResponseFilter {
    /** The name of its logger, to be told apart from others. */
    public static final String LOGGER = "dev.fanfare.access";

    private static final System.Logger LOG = System.getLogger(LOGGER);
    private static final String BEGIN = AccessLog.class.getName() + ".begin";

    /** The name of a parameter that may hold a token, also behind the separators of a query inside a value. */
    private static final Pattern SECRET =
            Pattern.compile("(?:^|[?&;,\\s])(?:authorization|access_token|token)\\s*=", Pattern.CASE_INSENSITIVE);

    private static final String SEPARATORS = "/?&;";

    /** What is encoded more often is taken for a secret. */
    private static final int MOST_ENCODINGS = 4;

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
        return withoutSecrets(uri.getRawPath() + (query == null ? "" : "?" + query));
    }

    /** A target in which nothing is left of a parameter that may hold a token, wherever it stands. */
    static String withoutSecrets(String target) {
        StringBuilder shown = new StringBuilder(target.length());
        int from = 0;
        for (int i = 0; i <= target.length(); i++) {
            if (i == target.length() || SEPARATORS.indexOf(target.charAt(i)) >= 0) {
                shown.append(withoutSecret(target.substring(from, i)));
                if (i < target.length()) {
                    shown.append(target.charAt(i));
                }
                from = i + 1;
            }
        }
        return shown.toString();
    }

    private static String withoutSecret(String part) {
        if (!mayHoldSecret(part)) {
            return part;
        }
        int equals = part.indexOf('=');
        return equals < 0 ? "..." : part.substring(0, equals) + "=...";
    }

    /** A member such as {@code status=jobs%3Ftoken%3D…} holds a query of its own, percent-encoded once more. */
    private static boolean mayHoldSecret(String part) {
        String text = part;
        for (int i = 0; i < MOST_ENCODINGS; i++) {
            if (SECRET.matcher(text).find()) {
                return true;
            }
            String decoded = decoded(text);
            if (decoded == null || decoded.equals(text)) {
                return decoded == null && i == 0; // further in, a percent sign may stand for itself
            }
            text = decoded;
        }
        return true;
    }

    private static @Nullable String decoded(String encoded) {
        try {
            return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
