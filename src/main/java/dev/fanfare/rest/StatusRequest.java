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
    /**
     * Reads a request of a sender, who learns what is wrong with its parameters only where it may.
     *
     * @throws ProblemException 404 for a source that is not there, 400 for a query that can't be used, 403 where the sender may
     *     not know
     */
    static StatusRequest of(
            Statuses statuses, String source, UriInfo uri, HttpHeaders headers, StatusAccess.Viewer viewer) {
        try {
            return read(statuses, source, uri, headers);
        } catch (ParamsRefused e) {
            viewer.requireParameters(source);
            throw ProblemException.badRequest(e.getMessage() + ".");
        }
    }

    /** As the other, for a sender who may set statuses. */
    static StatusRequest of(Statuses statuses, String source, UriInfo uri, HttpHeaders headers) {
        try {
            return read(statuses, source, uri, headers);
        } catch (ParamsRefused e) {
            throw ProblemException.badRequest(e.getMessage() + ".");
        }
    }

    private static StatusRequest read(Statuses statuses, String source, UriInfo uri, HttpHeaders headers) {
        MultivaluedMap<String, String> query = uri.getQueryParameters();
        try {
            return new StatusRequest(
                    statuses.url(source, query), statuses.options(source, query), LastEventId.of(headers, query));
        } catch (UnknownSource e) {
            throw ProblemException.notFound(e.getMessage() + ".");
        }
    }
}
