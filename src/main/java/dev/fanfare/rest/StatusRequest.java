package dev.fanfare.rest;

import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.watch.SourceView;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.status.watch.UnknownSource;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for below {@code /status}.
 *
 * @param source as it was when the request was judged
 * @param lastEventId where the client was, see {@link LastEventId}; null if it does not say
 */
record StatusRequest(
        SourceView source,
        StatusUrl url,
        StreamOptions options,
        @Nullable String lastEventId) {
    /**
     * The source that a request is about, as it is now. To be looked up before the sender is judged, see {@link SourceView}.
     *
     * @throws ProblemException 404 for a source that is not there
     */
    static SourceView source(Statuses statuses, String name) {
        try {
            return statuses.source(name);
        } catch (UnknownSource e) {
            throw ProblemException.notFound(e.getMessage() + ".");
        }
    }

    /**
     * Reads a request of a sender, who learns what is wrong with its parameters only where it may.
     *
     * @throws ProblemException 400 for a query that can't be used, 403 where the sender may
     *     not know
     */
    static StatusRequest of(
            SourceView source, String name, UriInfo uri, HttpHeaders headers, StatusAccess.Viewer viewer) {
        try {
            return read(source, uri, headers);
        } catch (ParamsRefused e) {
            viewer.requireParameters(name);
            throw ProblemException.badRequest(e.getMessage() + ".");
        }
    }

    /** As the other, for a sender who may set statuses. */
    static StatusRequest of(SourceView source, UriInfo uri, HttpHeaders headers) {
        try {
            return read(source, uri, headers);
        } catch (ParamsRefused e) {
            throw ProblemException.badRequest(e.getMessage() + ".");
        }
    }

    private static StatusRequest read(SourceView source, UriInfo uri, HttpHeaders headers) {
        MultivaluedMap<String, String> query = uri.getQueryParameters();
        return new StatusRequest(source, source.url(query), source.options(query), LastEventId.of(headers, query));
    }
}
