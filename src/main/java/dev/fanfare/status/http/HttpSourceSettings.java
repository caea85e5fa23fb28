package dev.fanfare.status.http;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where an {@link HttpSource} asks, and how.
 *
 * @param url an http or https URL with placeholders for parameters: {@code http://localhost:9090/jobs/{job}?verbose={v}}
 * @param headers request headers by name, for credentials above all
 * @param timeout how long an answer may take, to its last byte; 10 ms to 10 min
 * @param maxBytes most bytes of the body, and of what it unpacks to; 1 to 64 MiB
 * @param accepted which answers tell a status
 */
public record HttpSourceSettings(
        String url, Map<String, String> headers, Duration timeout, int maxBytes, AcceptedAnswers accepted) {
    /** 1 MiB. */
    public static final int DEFAULT_MAX_BYTES = 1 << 20;

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    // What java.net.http sets itself, or what this source relies on.
    private static final Set<String> OWN_HEADERS = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "upgrade",
            "transfer-encoding",
            "accept-encoding",
            "if-none-match",
            "if-modified-since",
            "range");

    /** @throws IllegalArgumentException saying which value is wrong, and what would be right */
    public HttpSourceSettings {
        new UrlTemplate(url);
        headers = Map.copyOf(headers);
        headers.forEach(HttpSourceSettings::requireHeader);
        if (timeout.compareTo(Duration.ofMillis(10)) < 0 || timeout.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "timeout is " + timeout.toMillis() + "ms; it must be from 10ms to 600000ms");
        }
        if (maxBytes < 1 || maxBytes > 64 << 20) {
            throw new IllegalArgumentException(
                    "the most bytes of a body are " + maxBytes + "; they must be from 1 to " + (64 << 20));
        }
    }

    /** Settings for a service that answers with 200. */
    public HttpSourceSettings(String url, Map<String, String> headers, Duration timeout, int maxBytes) {
        this(url, headers, timeout, maxBytes, AcceptedAnswers.DEFAULT);
    }

    /** A URL with the defaults: no headers, 5 s, 1 MiB. */
    public static HttpSourceSettings of(String url) {
        return new HttpSourceSettings(url, Map.of(), Duration.ofSeconds(5), DEFAULT_MAX_BYTES);
    }

    /** The names of the placeholders in the URL, in their order: the parameters of the source unless it says otherwise. */
    public List<String> placeholders() {
        return new UrlTemplate(url).placeholders();
    }

    private static void requireHeader(String name, String value) {
        if (!TOKEN.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not the name of an HTTP header");
        }
        if (OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    "the header '" + name + "' can't be set; the HTTP client sets it itself");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                // Not the value: it may be a credential.
                throw new IllegalArgumentException("the value of the header '" + name + "' has a character at index "
                        + i + " that a header can't carry");
            }
        }
    }

    /** Everything but the values of the headers, which may be credentials. */
    @Override
    public String toString() {
        return "HttpSourceSettings[url=" + url + ", headers=" + headers.keySet() + ", timeout=" + timeout
                + ", maxBytes=" + maxBytes + ", accepted=" + accepted + "]";
    }
}
