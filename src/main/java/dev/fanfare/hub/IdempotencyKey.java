package dev.fanfare.hub;

import java.util.Objects;

/**
 * What a publisher calls one publication, so that it can send it again without its being published again. Keys of different
 * publishers have nothing to do with one another.
 *
 * @param scope who the publisher is, in whatever text tells publishers apart
 * @param key the publisher's name for the publication
 */
public record IdempotencyKey(String scope, String key) {
    /** Both are needed. */
    public IdempotencyKey {
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(key, "key");
    }
}
