package dev.fanfare.config;

import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.KeyFile;
import dev.fanfare.auth.TokenAlgorithm;
import dev.fanfare.auth.TokenKey;
import dev.fanfare.auth.TokenLimits;
import dev.fanfare.config.Values.Found;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code fanfare.auth.*}. Keys are secrets, also those that are public: no fault shows one. */
final class AuthReader {
    private final Values values;
    private final Faults faults;

    AuthReader(Values values, Faults faults) {
        this.values = values;
        this.faults = faults;
    }

    /**
     * The settings; they mean nothing if there are faults.
     *
     * @param dev whether everybody may publish where nothing else is said
     * @param mayMakeKey whether a key is made up where publishers have none
     */
    AuthSettings read(boolean dev, boolean mayMakeKey) {
        int before = faults.count();
        TokenAlgorithm algorithm = values.get(AuthKeys.BOTH.algorithm);
        TokenKey both = key(AuthKeys.BOTH, algorithm);
        TokenKey publisher = override(AuthKeys.PUBLISHER, algorithm, both);
        TokenKey subscriber = override(AuthKeys.SUBSCRIBER, algorithm, both);
        boolean anonymousPublish = values.get(Keys.ANONYMOUS_PUBLISH, dev);
        // After a fault nobody knows whether there was meant to be one.
        if (mayMakeKey && publisher == null && !anonymousPublish && faults.count() == before) {
            publisher = TokenKey.random();
            subscriber = subscriber == null ? publisher : subscriber;
        }
        return new AuthSettings(
                publisher,
                subscriber,
                values.get(Keys.ANONYMOUS_SUBSCRIBE),
                anonymousPublish,
                values.get(Keys.AUTH_COOKIE),
                values.get(Keys.QUERY_TOKEN),
                new TokenLimits(values.get(Keys.TOKEN_CHARS), values.get(Keys.TOKEN_SELECTORS)),
                algorithm);
    }

    private @Nullable TokenKey override(AuthKeys keys, TokenAlgorithm algorithm, @Nullable TokenKey both) {
        Found own = values.find(keys.algorithm.name());
        TokenAlgorithm ownAlgorithm = values.get(keys.algorithm, algorithm);
        if (places(keys).isEmpty()) {
            if (own != null) {
                faults.add(
                        own,
                        "belongs to no key",
                        "give " + keys.key.name() + ", " + keys.keyFile.name() + " or " + keys.jwks.name()
                                + " too, since a key and its algorithm belong together");
            }
            return both;
        }
        return key(keys, ownAlgorithm);
    }

    /** Whether an operator has given a key that checks the tokens of subscribers. */
    boolean hasSubscriberKey() {
        return !places(AuthKeys.BOTH).isEmpty() || !places(AuthKeys.SUBSCRIBER).isEmpty();
    }

    private List<Found> places(AuthKeys keys) {
        return Stream.of(keys.key, keys.keyFile, keys.jwks)
                .map(key -> values.find(key.name()))
                .filter(Objects::nonNull)
                .toList();
    }

    /** The key that is set in one of three ways; null for none, and after faults. */
    private @Nullable TokenKey key(AuthKeys keys, TokenAlgorithm algorithm) {
        List<Found> places = places(keys);
        if (places.size() > 1) {
            faults.addSecret(
                    places.get(0),
                    places.get(1).key() + " (" + places.get(1).origin() + ") is set too: give one of them");
            return null;
        }
        if (places.isEmpty()) {
            return null;
        }
        Found found = places.get(0);
        BiFunction<TokenAlgorithm, String, TokenKey> made = found.key().equals(keys.jwks.name())
                ? TokenKey::ofKeySet
                : found.key().equals(keys.key.name())
                        ? TokenKey::of
                        : (wanted, file) -> TokenKey.of(wanted, KeyFile.read(file));
        try {
            return made.apply(algorithm, found.value());
        } catch (IllegalArgumentException e) {
            faults.addSecret(found, e.getMessage() + " (" + keys.algorithm.name() + " is " + algorithm + ")");
            return null;
        }
    }
}
