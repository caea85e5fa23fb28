package dev.fanfare.rest;

import dev.fanfare.auth.Grant;
import dev.fanfare.event.Topic;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.Permit;
import dev.fanfare.stream.Ticker;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rights to statuses by token: the URL of a status is the topic that a selector has to match, for setting always, for seeing
 * where the source wants it. Thread-safe.
 */
public final class TokenAccess implements StatusAccess {
    private final Credentials credentials;
    private final Ticker ticker;
    private final Set<String> guarded;
    private final boolean listsAll;

    /**
     * Rights to the statuses of some sources.
     *
     * @param guarded the sources whose statuses only holders of tokens see
     * @param listsAll whether everybody is told what others watch, of sources that everybody may see: for development
     */
    public TokenAccess(Credentials credentials, Ticker ticker, Set<String> guarded, boolean listsAll) {
        this.credentials = credentials;
        this.ticker = ticker;
        this.guarded = Set.copyOf(guarded);
        this.listsAll = listsAll;
    }

    @Override
    public Viewer viewer(String source, HttpHeaders headers, UriInfo uri) {
        if (!guarded.contains(source)) {
            return OPEN.viewer(source, headers, uri);
        }
        return viewer(source, credentials.subscriber(headers, uri));
    }

    @Override
    public Viewer viewer(String source, @Nullable Grant grant) {
        if (!guarded.contains(source)) {
            return OPEN.viewer(source, grant);
        }
        if (grant == null || grant.anonymous()) {
            throw ProblemException.unauthorized(
                    "The statuses of '" + source + "' need a token: send it as 'Authorization: Bearer TOKEN'.");
        }
        return new TokenViewer(grant);
    }

    private final class TokenViewer implements Viewer {
        private final Grant grant;

        TokenViewer(Grant grant) {
            this.grant = grant;
        }

        @Override
        public void require(StatusUrl url) {
            if (!grant.maySubscribe(url.topic())) {
                throw Credentials.insufficient("The token does not grant seeing this status; a selector of its claim"
                        + " 'mercure.subscribe' must match " + url + ".");
            }
        }

        /** A template such as {@code /status/jobs{?job}} matches the path without parameters, too. */
        @Override
        public void requireParameters(String source) {
            if (!grant.maySubscribe(new Topic("/status/" + source))) {
                throw Credentials.insufficient("The token does not grant seeing this status; a selector of its claim"
                        + " 'mercure.subscribe' must match its URL below /status/" + source + ".");
            }
        }

        @Override
        public @Nullable Permit permit() {
            Instant now = ticker.now();
            Instant end = grant.expiresAt();
            if (end != null && !now.isBefore(end)) {
                throw ProblemException.unauthorized("The token has expired; get a new one.");
            }
            return Credentials.permit(grant, now);
        }
    }

    @Override
    public Setter setter(HttpHeaders headers, UriInfo uri) {
        Grant grant = credentials.publisher(headers, uri);
        return url -> {
            if (!grant.mayPublish(List.of(url.topic()))) {
                throw Credentials.insufficient("The token does not grant setting this status; a selector of its claim"
                        + " 'mercure.publish' must match " + url + ".");
            }
        };
    }

    @Override
    public Sight sight(HttpHeaders headers, UriInfo uri) {
        Grant grant = credentials.subscriber(headers, uri);
        return new Sight() {
            @Override
            public boolean ofSource(String source) {
                return !guarded.contains(source) || grant.maySubscribe(new Topic("/status/" + source));
            }

            @Override
            public boolean ofWatch(StatusUrl url) {
                // That everybody may see a status does not mean that everybody may know its parameters: an order's
                // number.
                return grant.maySubscribe(url.topic()) || (listsAll && !guarded.contains(url.source()));
            }
        };
    }
}
