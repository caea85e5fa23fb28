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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Rights to statuses by token: the URL of a status is the topic that a selector has to match, for setting always, for seeing
 * where the source wants it. Thread-safe.
 */
public final class TokenAccess implements StatusAccess {
    private final Credentials credentials;
    private final Ticker ticker;
    private final boolean listsAll;

    /** Everybody's streams of the statuses of a source, while it is open to everybody. */
    private final Map<String, Permit> openings = new ConcurrentHashMap<>();

    private volatile Set<String> guarded;

    private volatile Opening opening = new Opening();

    /** Ends the streams of several members that were opened before sources began to need tokens. */
    private static final class Opening {
        private volatile boolean isOver;
        private final Permit permit = new Permit(null, () -> !isOver);
    }

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

    /**
     * Has other sources need tokens from now on. Streams of statuses that were open to everybody end with their next heartbeat
     * where that is over.
     *
     * @param narrows whether any source needs tokens now that everybody could see
     */
    public void take(Set<String> nowGuarded, boolean narrows) {
        guarded = Set.copyOf(nowGuarded);
        if (narrows) {
            opening.isOver = true;
            opening = new Opening();
        }
    }

    @Override
    public Permit opening() {
        return opening.permit;
    }

    @Override
    public Viewer viewer(String source, HttpHeaders headers, UriInfo uri) {
        if (!guarded.contains(source)) {
            return new Everyone(source);
        }
        return viewer(source, credentials.subscriber(headers, uri));
    }

    @Override
    public Viewer viewer(String source, @Nullable Grant grant) {
        if (!guarded.contains(source)) {
            return new Everyone(source);
        }
        if (grant == null || grant.anonymous()) {
            throw ProblemException.unauthorized(
                    "The statuses of '" + source + "' need a token: send it as 'Authorization: Bearer TOKEN'.");
        }
        return new TokenViewer(grant);
    }

    /** Sees all of a source for as long as everybody does. */
    private final class Everyone implements Viewer {
        private final String source;

        Everyone(String source) {
            this.source = source;
        }

        @Override
        public void require(StatusUrl url) {}

        @Override
        public void requireParameters(String source) {}

        /** The same for all streams of the source. */
        @Override
        public Permit permit() {
            return openings.computeIfAbsent(source, name -> new Permit(null, () -> !guarded.contains(name)));
        }
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
        public Permit permit() {
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
        Set<String> guardedNow = guarded;
        return new Sight() {
            @Override
            public boolean ofSource(String source) {
                return !guardedNow.contains(source) || grant.maySubscribe(new Topic("/status/" + source));
            }

            @Override
            public boolean ofWatch(StatusUrl url) {
                // That everybody may see a status does not mean that everybody may know its parameters: an order's
                // number.
                return grant.maySubscribe(url.topic()) || (listsAll && !guardedNow.contains(url.source()));
            }
        };
    }
}
