package dev.fanfare.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of a token: what is remembered in its place, so that a dump of the memory holds no usable token for it. */
record TokenDigest(long a, long b, long c, long d) {

    /** @param token in ASCII; whatever is not counts as a question mark, and is refused before anything is looked up */
    static TokenDigest of(String token) {
        ByteBuffer bytes = ByteBuffer.wrap(sha256(token.getBytes(StandardCharsets.US_ASCII)));
        return new TokenDigest(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** One bit of a digest is as good as another. */
    @Override
    public int hashCode() {
        return (int) a;
    }
}
