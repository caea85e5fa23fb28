package dev.fanfare.rest;

import dev.fanfare.auth.Grant;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.Permit;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
import org.jspecify.annotations.Nullable;

/** The rights to see and set statuses. A port; implementations are thread-safe. */
public interface StatusAccess {
    /** Everybody may see all, and nobody may set any. */
    StatusAccess READ_ONLY = new Everybody(false);

    /** Everybody may see and set all: for development. */
    StatusAccess OPEN = new Everybody(true);

    /**
     * The sender of a request, who may see some status of a source, perhaps. The token is checked here, once, and before the
     * parameters, so that others do not learn which there are.
     *
     * @throws ProblemException 400 or 401
     */
    Viewer viewer(String source, HttpHeaders headers, UriInfo uri);

    /**
     * As the other, for a sender whose token was checked before.
     *
     * @param grant null for a sender without a token, where even public topics need one
     * @throws ProblemException 401
     */
    Viewer viewer(String source, @Nullable Grant grant);

    /**
     * The sender of a request, who may set some status, perhaps. The token is checked here, once, as for {@link #viewer}.
     *
     * @throws ProblemException 400, 401 or 403
     */
    Setter setter(HttpHeaders headers, UriInfo uri);

    /** Ends a stream of several members once something that everybody could see now needs a token; null for never. */
    @Nullable
    Permit opening();

    /** A sender whose token was checked, where one is needed. */
    interface Viewer {
        /**
         * Lets the sender through to a status.
         *
         * @throws ProblemException 403 if this sender may not see it
         */
        void require(StatusUrl url);

        /**
         * Lets the sender learn what the parameters of a source are.
         *
         * @throws ProblemException 403 if this sender may see none of its statuses
         */
        void requireParameters(String source);

        /**
         * How long that holds; null for ever.
         *
         * @throws ProblemException 401 if it is over
         */
        @Nullable
        Permit permit();
    }

    /** A sender whose token was checked, where one is needed. */
    interface Setter {
        /**
         * Lets the sender through to a status.
         *
         * @throws ProblemException 403 if this sender may not set and end it
         */
        void require(StatusUrl url);
    }

    /**
     * What the sender of a request may be shown in a list.
     *
     * @throws ProblemException 400 or 401, if it brings a token that does not hold
     */
    Sight sight(HttpHeaders headers, UriInfo uri);

    /** What somebody may see. */
    interface Sight {
        /** Everything. */
        Sight ALL = new Sight() {
            @Override
            public boolean ofSource(String source) {
                return true;
            }

            @Override
            public boolean ofWatch(StatusUrl url) {
                return true;
            }
        };

        /** Whether a source is shown, and how many watches it has. */
        boolean ofSource(String source);

        /** Whether a watch is shown, and so the values of its parameters. */
        boolean ofWatch(StatusUrl url);
    }

    /** The same for all. */
    record Everybody(boolean mayPublish) implements StatusAccess {
        @Override
        public Viewer viewer(String source, HttpHeaders headers, UriInfo uri) {
            return viewer(source, null);
        }

        @Override
        public Viewer viewer(String source, @Nullable Grant grant) {
            return new Viewer() {
                @Override
                public void require(StatusUrl url) {}

                @Override
                public void requireParameters(String source) {}

                @Override
                public @Nullable Permit permit() {
                    return null;
                }
            };
        }

        @Override
        public @Nullable Permit opening() {
            return null;
        }

        @Override
        public Setter setter(HttpHeaders headers, UriInfo uri) {
            if (!mayPublish) {
                throw ProblemException.forbidden(
                        "Statuses can't be set on this server: it has no key to check tokens with"
                                + " (fanfare.auth.key).");
            }
            return url -> {};
        }

        @Override
        public Sight sight(HttpHeaders headers, UriInfo uri) {
            return Sight.ALL;
        }
    }
}
