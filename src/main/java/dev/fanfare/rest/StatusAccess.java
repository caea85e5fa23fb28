package dev.fanfare.rest;

import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.Permit;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
import org.jspecify.annotations.Nullable;

/** Who may see and set statuses. A port; implementations are thread-safe. */
public interface StatusAccess {
    /** Everybody may see all, and nobody may set any. */
    StatusAccess READ_ONLY = new Everybody(false);

    /** Everybody may see and set all: for development. */
    StatusAccess OPEN = new Everybody(true);

    /**
     * Lets through who may see some status of a source, perhaps. Asked first, so that others do not learn which parameters
     * there are.
     *
     * @throws ProblemException 400 or 401
     */
    void requireMaybeWatcher(String source, HttpHeaders headers, UriInfo uri);

    /**
     * Lets through who may set some status, perhaps. Asked first, as {@link #requireMaybeWatcher}.
     *
     * @throws ProblemException 400, 401 or 403
     */
    void requireMaybePublisher(HttpHeaders headers, UriInfo uri);

    /**
     * Lets through who may see a status.
     *
     * @return how long that holds; null where it needs no permit
     * @throws ProblemException 400, 401 or 403
     */
    @Nullable
    Permit requireWatcher(StatusUrl url, HttpHeaders headers, UriInfo uri);

    /**
     * Lets through who may set a status, and end it.
     *
     * @throws ProblemException 400, 401 or 403
     */
    void requirePublisher(StatusUrl url, HttpHeaders headers, UriInfo uri);

    /**
     * What the sender of a request may be shown in a list.
     *
     * @throws ProblemException 400 or 401, if it brings a token that does not hold
     */
    Sight sight(HttpHeaders headers, UriInfo uri);

    /** What somebody may see. */
    interface Sight {
        /** Whether a source is shown, and how many watches it has. */
        boolean ofSource(String source);

        /** Whether a watch is shown, and so the values of its parameters. */
        boolean ofWatch(StatusUrl url);
    }

    /** The same for all. */
    record Everybody(boolean mayPublish) implements StatusAccess {
        @Override
        public void requireMaybeWatcher(String source, HttpHeaders headers, UriInfo uri) {}

        @Override
        public void requireMaybePublisher(HttpHeaders headers, UriInfo uri) {
            if (!mayPublish) {
                throw ProblemException.forbidden(
                        "Nobody may set statuses here: that takes tokens, and a key for them.");
            }
        }

        @Override
        public @Nullable Permit requireWatcher(StatusUrl url, HttpHeaders headers, UriInfo uri) {
            return null;
        }

        @Override
        public void requirePublisher(StatusUrl url, HttpHeaders headers, UriInfo uri) {
            requireMaybePublisher(headers, uri);
        }

        @Override
        public Sight sight(HttpHeaders headers, UriInfo uri) {
            return new Sight() {
                @Override
                public boolean ofSource(String source) {
                    return true;
                }

                @Override
                public boolean ofWatch(StatusUrl url) {
                    return true;
                }
            };
        }
    }
}
