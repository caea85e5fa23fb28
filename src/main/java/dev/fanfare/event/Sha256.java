package dev.fanfare.event;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, which every Java platform has. Stateless. */
public final class Sha256 {
    private Sha256() {}

    /** The digest of some bytes; 32 of them. */
    public static byte[] of(byte[] bytes) {
        return digest().digest(bytes);
    }

    /** A digest to be filled; for one thread. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
