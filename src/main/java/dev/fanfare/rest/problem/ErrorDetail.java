package dev.fanfare.rest.problem;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.UriInfo;
import java.nio.charset.Charset;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says in words why Jakarta REST refused a request. Its exceptions carry a status and hardly more, and their messages may name
 * classes, so the request itself is asked.
 */
public final class ErrorDetail {

    private static final int LONGEST_QUOTE = 200;

    /** RFC 9110, 13.1.1. */
    private static final Pattern ENTITY_TAGS =
            Pattern.compile("\\s*(?:\\*|(?:W/)?\"[^\"]*+\"(?:\\s*+,\\s*+(?:W/)?\"[^\"]*+\")*+)\\s*");

    private final String method;
    private final UriInfo uri;
    private final HttpHeaders headers;
    private final ProducedTypes offers;

    ErrorDetail(Request request, UriInfo uri, HttpHeaders headers, ProducedTypes offers) {
        this(request.getMethod(), uri, headers, offers);
    }

    ErrorDetail(String method, UriInfo uri, HttpHeaders headers, ProducedTypes offers) {
        this.method = method;
        this.uri = uri;
        this.headers = headers;
        this.offers = offers;
    }

    /** @param allow the methods that the path knows; only read for 405 */
    String of(int status, Stream<String> allow) {
        return switch (status) {
            case 400 -> badRequest();
            case 401 -> "The request needs a valid token in an 'Authorization: Bearer' header.";
            case 403 -> "The server understood the request, but the sender may not do this.";
            case 404 -> notFound();
            case 405 -> path() + " does not support " + method + "; it supports " + listed(sorted(allow)) + ".";
            case 406 ->
                "'Accept' allows no media type that " + method + " " + path() + " can produce"
                        + hint("; it produces ", offers.producedBy(method, uri.getPath())) + ".";
            case 413 -> "The body is larger than " + path() + " accepts: send less at a time.";
            case 415 -> unsupportedMediaType();
            case 503 -> "The server can't handle this request now: try again later.";
            default ->
                status < 500
                        ? "The request was refused with status " + status + "."
                        : "The server failed; the request is not the cause.";
        };
    }

    /** The header whose value can't be parsed, or null: implementations refuse these late and without a word. */
    @Nullable
    String malformedHeader() {
        return Stream.of(
                        HttpHeaders.ACCEPT,
                        HttpHeaders.CONTENT_TYPE,
                        HttpHeaders.ACCEPT_LANGUAGE,
                        HttpHeaders.COOKIE,
                        HttpHeaders.IF_MATCH,
                        HttpHeaders.IF_NONE_MATCH)
                .filter(name -> !isReadable(name))
                .findFirst()
                .orElse(null);
    }

    /** Whether {@code Content-Type} names a charset that this JVM has not; implementations fail on it like on a bug. */
    boolean hasUnknownCharset() {
        String charset = charset();
        try {
            return charset != null && !Charset.isSupported(charset);
        } catch (IllegalArgumentException notEvenAName) {
            return true;
        }
    }

    /** The request's path as it came, shortened; never the query, which may hold a token. */
    String path() {
        return quote(uri.getRequestUri().getRawPath());
    }

    /** The text itself, or its beginning where it is so long that it would hide the sentence around it. */
    public static String quote(@Nullable String text) {
        if (text == null) {
            return "";
        }
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
    }

    static String listed(Iterable<String> names) {
        return String.join(", ", names);
    }

    private String badRequest() {
        String header = malformedHeader();
        if (header != null) {
            return "The header '" + header + "' can't be parsed: see RFC 9110 for its form.";
        }
        return "A part of the request (path, query, header or body) is not in the form that " + path() + " reads.";
    }

    private String notFound() {
        if (uri.getMatchedResources().isEmpty()) {
            return "No resource has the path " + path() + ": check the spelling, including upper and lower case.";
        }
        return "The resource " + path()
                + " exists, but has nothing under the names and values in this path or query: check them.";
    }

    private String unsupportedMediaType() {
        if (hasUnknownCharset()) {
            return "The charset in 'Content-Type' is not supported: send the body in UTF-8.";
        }
        String found = headers.getHeaderString(HttpHeaders.CONTENT_TYPE);
        return method + " " + path() + " does not read a body "
                + (found == null ? "without 'Content-Type'" : "of the type " + quote(found))
                + hint("; it reads ", offers.consumedBy(method, uri.getPath())) + ".";
    }

    private boolean isReadable(String name) {
        try {
            switch (name) {
                case HttpHeaders.ACCEPT -> headers.getAcceptableMediaTypes();
                case HttpHeaders.CONTENT_TYPE -> headers.getMediaType();
                case HttpHeaders.ACCEPT_LANGUAGE -> headers.getAcceptableLanguages();
                case HttpHeaders.COOKIE -> headers.getCookies();
                default -> {
                    String tags = headers.getHeaderString(name);
                    return tags == null || ENTITY_TAGS.matcher(tags).matches();
                }
            }
            return true;
        } catch (RuntimeException unreadable) {
            return false;
        }
    }

    private @Nullable String charset() {
        try {
            var type = headers.getMediaType();
            return type == null ? null : type.getParameters().get("charset");
        } catch (RuntimeException unreadable) {
            return null;
        }
    }

    private static String hint(String introduction, Set<String> names) {
        return names.isEmpty() ? "" : introduction + listed(names);
    }

    private static Set<String> sorted(Stream<String> names) {
        return names.collect(TreeSet::new, Set::add, Set::addAll);
    }
}
