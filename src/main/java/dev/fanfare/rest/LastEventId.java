package dev.fanfare.rest;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads where a client was. The header counts most, since the client itself sends it. In the query a name that a polyfill
 * adds counts more than one that a page puts into its URL, since that one stays as it was when the page was made; of one name
 * the last value counts, since a polyfill appends its own. What is empty says nothing, and what comes after it counts.
 * Stateless.
 */
public final class LastEventId {
    /** The first is that of a widespread EventSource for old browsers, the second is Mercure's, the third that of older clients. */
    private static final List<String> PARAMETERS = List.of("lastEventId", "lastEventID", "Last-Event-ID");

    private LastEventId() {}

    /** The id of the header, or else of the query; empty if all that there is is empty, null if there is none. */
    public static @Nullable String of(HttpHeaders headers, MultivaluedMap<String, String> query) {
        String header = headers.getHeaderString("Last-Event-ID");
        String found = header == null ? null : HeaderText.received(header);
        if (found != null && !found.isEmpty()) {
            return found;
        }
        for (String name : PARAMETERS) {
            List<String> values = query.getOrDefault(name, List.of());
            String last = values.isEmpty() ? null : values.get(values.size() - 1);
            if (last != null && !last.isEmpty()) {
                return last;
            }
            found = found == null ? last : found;
        }
        return found;
    }
}
