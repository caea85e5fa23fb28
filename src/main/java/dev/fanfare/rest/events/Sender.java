package dev.fanfare.rest.events;

import dev.fanfare.auth.Grant;
import dev.fanfare.hub.Rights;
import dev.fanfare.rest.Credentials;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.stream.Permit;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a request.
 *
 * @param grant null for a sender without a token where topics need one
 * @param noTopics why it may have no topics; null if it may
 */
record Sender(@Nullable Grant grant, @Nullable ProblemException noTopics) {
    /** Whose stream it is, for later requests: the subject of a token, and what it may see. */
    private record Owner(String scope, Rights rights) {}

    /**
     * Has the token of a request checked.
     *
     * @throws ProblemException for a token that does not hold
     */
    static Sender of(Credentials credentials, HttpHeaders headers, UriInfo uri) {
        try {
            return new Sender(credentials.subscriber(headers, uri), null);
        } catch (ProblemException e) {
            if (credentials.areSent(headers, uri)) {
                throw e;
            }
            return new Sender(null, e);
        }
    }

    boolean isAnonymous() {
        return grant == null || grant.anonymous();
    }

    Rights rights() {
        return grant == null ? Rights.PUBLIC_ONLY : grant.rights();
    }

    /**
     * How long a stream of this sender may last that is opened now; null for as long as it likes.
     *
     * @param statuses for how long everybody sees the statuses that everybody sees now; null for ever
     */
    @Nullable
    Permit permit(Instant now, @Nullable Permit statuses) {
        Permit topics = grant == null ? null : Credentials.permit(grant, now);
        if (topics == null || statuses == null) {
            return topics == null ? statuses : topics;
        }
        return new Permit(
                topics.left(),
                () -> topics.holds().getAsBoolean() && statuses.holds().getAsBoolean());
    }

    /** Equal for the same sender, also with a renewed token. */
    Object owner() {
        return new Owner(grant == null || grant.anonymous() ? "" : grant.scope(), rights());
    }
}
