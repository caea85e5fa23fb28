package dev.fanfare.rest.head;

import dev.fanfare.rest.problem.ProblemException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Map;

/**
 * Refuses a head that two servers in a row may read differently, so that one takes for a body what the other takes for the
 * next request: {@code Transfer-Encoding} beside {@code Content-Length}, one that is not plainly {@code chunked}, a {@code
 * Content-Length} that is there again, and a field name that is none. The connection ends with the answer. See <a
 * href="https://www.rfc-editor.org/rfc/rfc9112#section-11.2">RFC 9112, 11.2, 6.1 and 5.1</a>. Thread-safe.
 */
@PreMatching
public final class WellFormedHead implements ContainerRequestFilter {

    private static final String TRANSFER_ENCODING = "Transfer-Encoding";

    @Override
    public void filter(ContainerRequestContext request) {
        Map<String, List<String>> headers = request.getHeaders();
        List<String> codings = headers.get(TRANSFER_ENCODING);
        if (codings != null) {
            if (codings.size() != 1 || !codings.get(0).strip().equalsIgnoreCase("chunked")) {
                throw refused("'Transfer-Encoding' must be 'chunked', and nothing else");
            }
            if (headers.containsKey(HttpHeaders.CONTENT_LENGTH)) {
                throw refused("'Transfer-Encoding' and 'Content-Length' exclude one another; send one of them");
            }
        }
        List<String> lengths = headers.get(HttpHeaders.CONTENT_LENGTH);
        if (lengths != null && (lengths.size() != 1 || !isNumber(lengths.get(0)))) {
            throw refused("'Content-Length' must appear once, as a number");
        }
        for (String name : headers.keySet()) {
            if (!isToken(name)) {
                throw refused("A header's name has a character that is not allowed, such as a space before the colon");
            }
        }
    }

    /** RFC 9110, 8.6: some containers let the same number through again, in a line of its own or as a list. */
    private static boolean isNumber(String length) {
        String digits = length.strip();
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return false;
            }
        }
        return !digits.isEmpty();
    }

    private static ProblemException refused(String fault) {
        return ProblemException.badRequest(fault + " (RFC 9112).").withHeader("Connection", "close");
    }

    /** RFC 9110, 5.6.2; letters first, since nearly all names have no other signs. */
    private static boolean isToken(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || (c >= '0' && c <= '9');
            if (!plain && "!#$%&'*+.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !name.isEmpty();
    }
}
