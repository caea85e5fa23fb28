package dev.fanfare.rest;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Whether a request comes from a native {@code EventSource}, or a client that reads like one: its {@code Accept} names
 * {@code text/event-stream}. Such a client gives up for good on any answer but 200, and is refused in a form of its own. A
 * wildcard such as {@code text/*} does not name it. Stateless.
 */
public final class EventStreamClient {
    private static final Pattern NOT_WANTED = Pattern.compile("q=0?(?:\\.0*)?", Pattern.CASE_INSENSITIVE);

    private EventStreamClient() {}

    /** Whether the request comes from one. */
    public static boolean sent(HttpHeaders headers) {
        return sent(headers.getRequestHeaders());
    }

    static boolean sent(Map<String, List<String>> headers) {
        return isAsked(headers.getOrDefault(HttpHeaders.ACCEPT, List.of()));
    }

    /** Whether a request comes from one that has these headers {@code Accept}. */
    public static boolean isAsked(List<String> accepts) {
        return accepts.stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .anyMatch(EventStreamClient::names);
    }

    private static boolean names(String range) {
        String[] parts = range.split(";", -1);
        return parts[0].strip().equalsIgnoreCase(MediaType.SERVER_SENT_EVENTS)
                && Arrays.stream(parts)
                        .noneMatch(part -> NOT_WANTED.matcher(part.strip()).matches());
    }
}
