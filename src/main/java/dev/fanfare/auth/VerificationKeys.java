package dev.fanfare.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import java.security.Key;
import org.jspecify.annotations.Nullable;

/** The keys that a signature may be by. Implementations are thread-safe. */
interface VerificationKeys extends AutoCloseable {

    /** What a signature turned out to be. */
    enum Outcome {
        GOOD,
        /** By none of the keys that it could be by. */
        BAD,
        /** The token names a key that is not there. */
        UNKNOWN_KEY,
        /** The keys are not there yet, or not all of them. */
        NO_KEYS
    }

    /**
     * The outcome for one token.
     *
     * @param key what a good signature is by, for {@link #holds}; null for one that is not good
     */
    record Verdict(Outcome outcome, @Nullable Object key) {
        static final Verdict BAD = new Verdict(Outcome.BAD, null);
        static final Verdict UNKNOWN_KEY = new Verdict(Outcome.UNKNOWN_KEY, null);
        static final Verdict NO_KEYS = new Verdict(Outcome.NO_KEYS, null);

        static Verdict good(Object key) {
            return new Verdict(Outcome.GOOD, key);
        }

        @Override
        public String toString() {
            return "Verdict[" + outcome + "]";
        }
    }

    /** Whether the token's signature is by one of these keys; its algorithm has been checked. Never blocks. */
    Verdict verify(JWSObject token);

    /** Whether a key that {@link #verify} has named is still one of these. Never blocks. */
    boolean holds(Object key);

    /** Whether keys come and go, so that no outcome holds for good. */
    boolean change();

    /** Has them fetched again soon, if they are fetched. */
    default void refresh() {}

    @Override
    default void close() {}

    /** A single key that stays. */
    record One(Key key, JWSVerifier verifier) implements VerificationKeys {
        @Override
        public Verdict verify(JWSObject token) {
            return VerificationKeys.verify(token, verifier) ? Verdict.good(key) : Verdict.BAD;
        }

        @Override
        public boolean holds(Object named) {
            return named.equals(key);
        }

        @Override
        public boolean change() {
            return false;
        }

        @Override
        public String toString() {
            return "One";
        }
    }

    /** A signature that the library can't even try is a bad one. */
    static boolean verify(JWSObject token, JWSVerifier verifier) {
        try {
            return token.verify(verifier);
        } catch (JOSEException e) {
            return false;
        }
    }
}
