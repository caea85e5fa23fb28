package dev.fanfare.event;

import java.util.Arrays;

/** A set of offsets in a text, from 0 to its length. Not thread-safe. */
final class Offsets {
    private final boolean[] at;
    private int first;
    private int last = -1;

    /** The empty set for a text of {@code length} characters. */
    Offsets(int length) {
        at = new boolean[length + 1];
        first = at.length;
    }

    private Offsets(Offsets other) {
        at = Arrays.copyOf(other.at, other.at.length);
        first = other.first;
        last = other.last;
    }

    /** The beginning of a text. */
    static Offsets start(String text) {
        Offsets places = new Offsets(text.length());
        places.add(0);
        return places;
    }

    Offsets copy() {
        return new Offsets(this);
    }

    void add(int place) {
        at[place] = true;
        first = Math.min(first, place);
        last = Math.max(last, place);
    }

    void addAll(Offsets others) {
        for (int place = others.first; place <= others.last; place++) {
            if (others.at[place]) {
                add(place);
            }
        }
    }

    boolean has(int place) {
        return at[place];
    }

    boolean isEmpty() {
        return last < 0;
    }

    boolean isSingle() {
        return first == last;
    }

    /** Whether the end of the text is in the set. */
    boolean hasEnd() {
        return at[at.length - 1];
    }

    /** The lowest offset; above {@link #last} if there is none. */
    int first() {
        return first;
    }

    /** The highest offset, which grows as offsets are added; -1 if there is none. */
    int last() {
        return last;
    }

    /** The offsets after a character that is at these. */
    Offsets past(String text, char c) {
        Offsets past = new Offsets(at.length - 1);
        for (int place = first; place <= last && place < text.length(); place++) {
            if (at[place] && text.charAt(place) == c) {
                past.add(place + 1);
            }
        }
        return past;
    }
}
