package dev.fanfare.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;

/** The keys that a signature may be by. Implementations are thread-safe. */
interface VerificationKeys extends AutoCloseable {

    /** What a signature turned out to be. */
    enum Outcome {
        GOOD,
        /** By none of the keys that it could be by. */
        BAD,
        /** The token names a key that is not there, or not yet. */
        UNKNOWN_KEY,
        /** The keys can't be had now. */
        NO_KEYS
    }

    /** Whether the token's signature is by one of these keys; its algorithm has been checked. May block to fetch keys, within a bound. */
    Outcome verify(JWSObject token);

    /** Whether keys come and go, so that no outcome holds for good. */
    boolean change();

    @Override
    default void close() {}

    /** A single key that stays. */
    record One(JWSVerifier verifier) implements VerificationKeys {
        @Override
        public Outcome verify(JWSObject token) {
            return VerificationKeys.verify(token, verifier) ? Outcome.GOOD : Outcome.BAD;
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
