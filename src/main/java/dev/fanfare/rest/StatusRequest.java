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
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for below {@code /status}.
 *
 * @param lastEventId where the client was, see {@link LastEventId}; null if it does not say
 */
record StatusRequest(
        StatusUrl url, StreamOptions options, @Nullable String lastEventId) {
    /** @throws ProblemException 404 for a source that is not there, 400 for a query that can't be used */
    static StatusRequest of(Statuses statuses, String source, UriInfo uri, HttpHeaders headers) {
        MultivaluedMap<String, String> query = uri.getQueryParameters();
        try {
            return new StatusRequest(
                    statuses.url(source, query), statuses.options(source, query), LastEventId.of(headers, query));
        } catch (UnknownSource e) {
            throw ProblemException.notFound(e.getMessage() + ".");
        } catch (ParamsRefused e) {
            throw ProblemException.badRequest(e.getMessage() + ".");
        }
    }
}
