package dev.fanfare.history;

import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The newest elements of a sequence that counts from 1: added at one end, removed at the other, found by their number. Not
 * thread-safe.
 */
final class Recent<T> {
    private @Nullable Object[] ring = new Object[16];
    private long head;
    private int size;

    /** The number of the newest element, also if it has been removed as the first one; 0 if there was none yet. */
    long head() {
        return head;
    }

    int size() {
        return size;
    }

    void add(T element) {
        if (size == ring.length) {
            Object[] grown = new Object[size * 2];
            for (long number = head - size + 1; number <= head; number++) {
                grown[(int) number & (grown.length - 1)] = get(number);
            }
            ring = grown;
        }
        head++;
        size++;
        ring[slot(head)] = element;
    }

    /** The element with a number; there must be one. */
    @SuppressWarnings("unchecked") // only add() fills the ring
    T get(long number) {
        Object element = number <= head && number > head - size ? ring[slot(number)] : null;
        if (element == null) {
            throw new NoSuchElementException(
                    "element " + number + " is not here; kept are " + (head - size + 1) + " to " + head);
        }
        return (T) element;
    }

    T first() {
        return get(head - size + 1);
    }

    void removeFirst() {
        ring[slot(head - size + 1)] = null;
        size--;
        if (size == 0 && ring.length > 1024) {
            ring = new Object[16];
        }
    }

    /** Removes the newest element; the next one has its number. */
    void removeLast() {
        ring[slot(head)] = null;
        head--;
        size--;
    }

    private int slot(long number) {
        return (int) number & (ring.length - 1);
    }
}
