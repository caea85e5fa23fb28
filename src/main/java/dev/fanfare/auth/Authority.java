package dev.fanfare.auth;

import dev.fanfare.auth.TokenRefused.Kind;
import dev.fanfare.stream.Ticker;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says what a token grants, after checking it: its signature by the configured key and algorithm, {@code exp} (to the
 * moment), {@code nbf} (with 5 s for clocks that differ), and the claim {@code mercure}. A token that was checked already costs a digest
 * and a look-up; its time is checked again. Thread-safe.
 *
 * <p>No token, claim or key gets into a log, an exception or a {@code toString}.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8725">RFC 8725, JSON Web Token Best Current Practices</a>
 */
public final class Authority implements AutoCloseable {
    private final AuthSettings settings;
    private final @Nullable TokenCheck publishers;
    private final @Nullable TokenCheck subscribers;
    private final Grant anonymousPublisher;
    private final Grant anonymousSubscriber;

    /**
     * An authority with keys of its settings. Begins to fetch key sets.
     *
     * @param ticker tells what has expired
     */
    public Authority(AuthSettings settings, Ticker ticker) {
        this.settings = settings;
        TokenKey forPublishers = settings.publisherKey();
        TokenKey forSubscribers = settings.subscriberKey();
        boolean same = Objects.equals(forPublishers, forSubscribers);
        Grants.RightsPool pool = new Grants.RightsPool();
        publishers = forPublishers == null
                ? null
                : new TokenCheck(forPublishers, settings.limits(), new Grants(true, same, pool), ticker);
        if (same) {
            subscribers = publishers;
        } else {
            subscribers = forSubscribers == null
                    ? null
                    : new TokenCheck(forSubscribers, settings.limits(), new Grants(false, true, pool), ticker);
        }
        anonymousPublisher = Grant.anonymous(true);
        anonymousSubscriber = Grant.anonymous(false);
    }

    /**
     * What the sender of an event may do. Never blocks: a key set is fetched in the background.
     *
     * @param token as it was sent, without {@code Bearer}; null for none
     * @throws TokenRefused if it is no good, or there is none and one is needed
     */
    public Grant publisher(@Nullable String token) {
        if (token != null) {
            return check(publishers, token);
        }
        if (settings.anonymousPublish()) {
            return anonymousPublisher;
        }
        throw TokenRefused.forNow(
                Kind.MISSING,
                publishers == null
                        ? "Publishing is off: no key for checking the tokens of publishers is configured (fanfare.auth.key)"
                        : "Publishing needs a token: send it as Authorization: Bearer TOKEN");
    }

    /**
     * What a subscriber may see. Never blocks: a key set is fetched in the background.
     *
     * @param token as it was sent, without {@code Bearer}; null for none
     * @throws TokenRefused if it is no good, or there is none and one is needed
     */
    public Grant subscriber(@Nullable String token) {
        if (token != null) {
            return check(subscribers, token);
        }
        if (settings.anonymousSubscribe()) {
            return anonymousSubscriber;
        }
        throw TokenRefused.forNow(
                Kind.MISSING,
                subscribers == null
                        ? "Subscribing is off: no key for checking the tokens of subscribers is configured (fanfare.auth.key)"
                        : "Subscribing needs a token: send it as Authorization: Bearer TOKEN, or in the cookie "
                                + settings.cookie());
    }

    private static Grant check(@Nullable TokenCheck check, String token) {
        if (check == null) {
            throw TokenRefused.forNow(
                    Kind.INVALID, "No key for checking tokens is configured (fanfare.auth.key): send no token");
        }
        return check.check(token);
    }

    /** Lets go of what fetches key sets. Tokens can't be checked afterwards. */
    @Override
    public void close() {
        if (publishers != null) {
            publishers.close();
        }
        if (subscribers != null && subscribers != publishers) {
            subscribers.close();
        }
    }
}
