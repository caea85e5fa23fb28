package dev.fanfare.history.sqlite;

import dev.fanfare.event.Sha256;
import dev.fanfare.event.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;

/**
 * The keys of an index over texts: the first 64 bits of SHA-256, so that an index entry has one size, whatever the text, and
 * nobody can make many texts that share one. Two texts may share a key all the same; a reader by key compares the text.
 */
final class KeyHash {
    private KeyHash() {}

    /** The key of a text. */
    static long of(String text) {
        return of(Sha256.digest(), text);
    }

    /** The keys of topics, each key once. */
    static long[] of(Collection<Topic> topics) {
        MessageDigest digest = Sha256.digest();
        return topics.stream()
                .mapToLong(topic -> of(digest, topic.value()))
                .distinct()
                .toArray();
    }

    private static long of(MessageDigest digest, String text) {
        return ByteBuffer.wrap(digest.digest(text.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }
}
