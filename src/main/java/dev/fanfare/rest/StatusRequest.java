package dev.fanfare.rest;

import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.status.watch.UnknownSource;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for below {@code /status}.
 *
 * @param lastEventId of the header, else of the query, where polyfills write it in two ways; null if there is none
 */
record StatusRequest(
        StatusUrl url, StreamOptions options, @Nullable String lastEventId) {
    private static final List<String> LAST_EVENT_ID = List.of("lastEventID", "lastEventId");

    /** @throws ProblemException 404 for a source that is not there, 400 for a query that can't be used */
    static StatusRequest of(Statuses statuses, String source, UriInfo uri, HttpHeaders headers) {
        MultivaluedMap<String, String> query = uri.getQueryParameters();
        try {
            return new StatusRequest(
                    statuses.url(source, query), statuses.options(source, query), lastEventId(query, headers));
        } catch (UnknownSource e) {
            throw ProblemException.notFound(e.getMessage() + ".");
        } catch (ParamsRefused e) {
            throw ProblemException.badRequest(e.getMessage() + ".");
        }
    }

    private static @Nullable String lastEventId(MultivaluedMap<String, String> query, HttpHeaders headers) {
        String header = headers.getHeaderString("Last-Event-ID");
        if (header != null) {
            return HeaderText.received(header);
        }
        return LAST_EVENT_ID.stream()
                .map(query::getFirst)
                .filter(value -> value != null)
                .findFirst()
                .orElse(null);
    }
}
