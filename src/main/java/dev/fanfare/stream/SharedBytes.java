package dev.fanfare.stream;

import java.util.IdentityHashMap;

/**
 * What takes up memory for several clients at a time: each object counts once, for however many clients. Objects are told
 * apart by identity. Confined to a loop's thread.
 */
final class SharedBytes {
    private final IdentityHashMap<Object, Integer> holders = new IdentityHashMap<>();
    private long sum;

    /**
     * One client more has an object in hand.
     *
     * @param bytes what it takes up, always the same for the same object
     * @return the bytes that are held now and were not before
     */
    long hold(Object shared, long bytes) {
        long more = holders.merge(shared, 1, Integer::sum) == 1 ? bytes : 0;
        sum += more;
        return more;
    }

    /** The opposite of {@link #hold}: the bytes that are not held any more. */
    long release(Object shared, long bytes) {
        Integer left = holders.computeIfPresent(shared, (object, clients) -> clients == 1 ? null : clients - 1);
        long less = left == null ? bytes : 0;
        sum -= less;
        return less;
    }

    /** The bytes of all objects that anybody has in hand. */
    long sum() {
        return sum;
    }
}
