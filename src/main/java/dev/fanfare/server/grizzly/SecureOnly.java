package dev.fanfare.server.grizzly;

import java.time.Duration;
import java.util.function.IntSupplier;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;
import org.glassfish.grizzly.http.util.HttpStatus;

/**
 * Sends clear HTTP on to HTTPS, with its method and body (308), and asks browsers to use HTTPS alone where that is wanted: <a
 * href="https://www.rfc-editor.org/rfc/rfc6797">RFC 6797</a>. Thread-safe.
 */
final class SecureOnly {
    private static final int HTTPS_PORT = 443;

    private final IntSupplier port;
    private final Duration hsts;

    /**
     * A guard.
     *
     * @param port where TLS is spoken
     * @param hsts for how long; zero for not saying it
     */
    SecureOnly(IntSupplier port, Duration hsts) {
        this.port = port;
        this.hsts = hsts;
    }

    /** Whether a request came by TLS; otherwise it has been answered. */
    boolean serves(Request request, Response response) {
        if (request.isSecure()) {
            if (!hsts.isZero()) {
                response.setHeader("Strict-Transport-Security", "max-age=" + hsts.toSeconds());
            }
            return true;
        }
        String query = request.getQueryString();
        response.setStatus(HttpStatus.PERMANENT_REDIRECT_308);
        response.setHeader(
                "Location", base(request.getServerName()) + path(request) + (query == null ? "" : "?" + query));
        response.setContentLength(0);
        return false;
    }

    private String base(String host) {
        int secure = port.getAsInt();
        return "https://" + host + (secure == HTTPS_PORT ? "" : ":" + secure);
    }

    /** A target of {@code *} names no resource. */
    private static String path(Request request) {
        String path = request.getRequestURI();
        return path.startsWith("/") ? path : "/";
    }
}
