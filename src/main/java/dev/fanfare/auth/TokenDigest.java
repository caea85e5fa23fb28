package dev.fanfare.auth;

import dev.fanfare.event.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** SHA-256 of a token: what is remembered in its place, so that a dump of the memory holds no usable token for it. */
record TokenDigest(long a, long b, long c, long d) {

    /** @param token in ASCII; whatever is not counts as a question mark, and is refused before anything is looked up */
    static TokenDigest of(String token) {
        ByteBuffer bytes = ByteBuffer.wrap(Sha256.of(token.getBytes(StandardCharsets.US_ASCII)));
        return new TokenDigest(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    /** One bit of a digest is as good as another. */
    @Override
    public int hashCode() {
        return (int) a;
    }
}
