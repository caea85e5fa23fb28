package dev.fanfare.auth;

import dev.fanfare.auth.TokenRefused.Kind;
import dev.fanfare.stream.Ticker;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
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
    private final Ticker ticker;
    private final Grants.RightsPool pool = new Grants.RightsPool();
    private final Grant anonymousPublisher = Grant.anonymous(true, () -> true);
    private final Grant anonymousSubscriber =
            Grant.anonymous(false, () -> this.checks.settings().anonymousSubscribe());

    private volatile Checks checks;

    /** What tokens are checked by: of one configuration. Immutable. */
    public static final class Checks {
        private final AuthSettings settings;
        private final @Nullable TokenCheck publishers;
        private final @Nullable TokenCheck subscribers;

        private Checks(AuthSettings settings, @Nullable TokenCheck publishers, @Nullable TokenCheck subscribers) {
            this.settings = settings;
            this.publishers = publishers;
            this.subscribers = subscribers;
        }

        private AuthSettings settings() {
            return settings;
        }

        private @Nullable VerificationKeys keysOf(TokenKey key) {
            if (publishers != null && Objects.equals(settings.publisherKey(), key)) {
                return publishers.keys();
            }
            return subscribers != null && Objects.equals(settings.subscriberKey(), key) ? subscribers.keys() : null;
        }

        private Set<VerificationKeys> keys() {
            Set<VerificationKeys> keys = new HashSet<>();
            if (publishers != null) {
                keys.add(publishers.keys());
            }
            if (subscribers != null) {
                keys.add(subscribers.keys());
            }
            return keys;
        }
    }

    /**
     * An authority with keys of its settings. Begins to fetch key sets.
     *
     * @param ticker tells what has expired
     */
    public Authority(AuthSettings settings, Ticker ticker) {
        this.ticker = ticker;
        this.checks = checks(settings, null);
    }

    /**
     * What tokens would be checked by under other settings. Keys that stay are kept as they are; a key set that is new is fetched
     * first. Blocks for seconds at most. Either {@link #take} it, or {@link #discard} it.
     *
     * @throws KeysMissing if a key set can't be fetched, or has no key
     */
    public Checks prepare(AuthSettings settings) {
        return checks(settings, checks);
    }

    /** @param before null at the start, when nothing is waited for */
    private Checks checks(AuthSettings settings, @Nullable Checks before) {
        TokenKey forPublishers = settings.publisherKey();
        TokenKey forSubscribers = settings.subscriberKey();
        boolean same = Objects.equals(forPublishers, forSubscribers);
        TokenCheck publishers = check(forPublishers, settings, new Grants(true, same, pool), before);
        if (same) {
            return new Checks(settings, publishers, publishers);
        }
        try {
            return new Checks(
                    settings, publishers, check(forSubscribers, settings, new Grants(false, true, pool), before));
        } catch (KeysMissing e) {
            discard(new Checks(settings, publishers, null));
            throw e;
        }
    }

    private @Nullable TokenCheck check(
            @Nullable TokenKey key, AuthSettings settings, Grants grants, @Nullable Checks before) {
        if (key == null) {
            return null;
        }
        VerificationKeys keys;
        if (before == null) {
            keys = key.keys(ticker);
        } else {
            VerificationKeys kept = before.keysOf(key);
            keys = kept == null ? key.keysNow(ticker) : kept;
        }
        return new TokenCheck(key.algorithm(), keys, settings.limits(), grants, ticker, this::takesFromSubscribers);
    }

    /** Streams are opened by tokens of subscribers. */
    private boolean takesFromSubscribers(TokenAlgorithm algorithm, Object key) {
        TokenCheck now = checks.subscribers;
        return now != null && now.takes(algorithm, key);
    }

    /**
     * Checks tokens by other settings from now on; a key set that stays is fetched again soon. Streams that are open are asked with
     * their next heartbeat whether their tokens are still good.
     *
     * @return lets go of what is not needed any more
     */
    public Runnable take(Checks next) {
        Checks before = checks;
        checks = next;
        return () -> {
            close(before, next);
            next.keys().forEach(VerificationKeys::refresh);
        };
    }

    /** Lets go of what was prepared and is not taken. */
    public void discard(Checks prepared) {
        close(prepared, checks);
    }

    private static void close(Checks closing, Checks kept) {
        Set<VerificationKeys> keys = closing.keys();
        keys.removeAll(kept.keys());
        keys.forEach(VerificationKeys::close);
    }

    /**
     * What the sender of an event may do. Never blocks: a key set is fetched in the background.
     *
     * @param token as it was sent, without {@code Bearer}; null for none
     * @throws TokenRefused if it is no good, or there is none and one is needed
     */
    public Grant publisher(@Nullable String token) {
        Checks now = checks;
        if (token != null) {
            return check(now.publishers, token);
        }
        if (now.settings.anonymousPublish()) {
            return anonymousPublisher;
        }
        throw TokenRefused.forNow(
                Kind.MISSING,
                now.publishers == null
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
        Checks now = checks;
        if (token != null) {
            return check(now.subscribers, token);
        }
        if (now.settings.anonymousSubscribe()) {
            return anonymousSubscriber;
        }
        throw TokenRefused.forNow(
                Kind.MISSING,
                now.subscribers == null
                        ? "Subscribing is off: no key for checking the tokens of subscribers is configured (fanfare.auth.key)"
                        : "Subscribing needs a token: send it as Authorization: Bearer TOKEN, or in the cookie "
                                + now.settings.cookie());
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
        checks.keys().forEach(VerificationKeys::close);
    }
}
