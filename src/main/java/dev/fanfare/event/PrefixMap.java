package dev.fanfare.event;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values by what texts begin with. Thread-safe; what is done with a value is the caller's affair.
 *
 * @param <V> what a prefix has
 */
public final class PrefixMap<V> {
    /** What comes later in a prefix is cut off, so that a look-up is short whatever clients ask for. */
    private static final int MAX_PREFIX = 128;

    private final ConcurrentNavigableMap<String, V> values = new ConcurrentSkipListMap<>();

    private static String cut(String text) {
        return text.length() <= MAX_PREFIX ? text : text.substring(0, MAX_PREFIX);
    }

    /** The value of a prefix, made if there is none. */
    public V get(String prefix, Supplier<V> make) {
        return values.computeIfAbsent(cut(prefix), key -> make.get());
    }

    /** The value of a prefix, null if there is none. */
    public @Nullable V get(String prefix) {
        return values.get(cut(prefix));
    }

    /** Takes a prefix out. */
    public void remove(String prefix) {
        values.remove(cut(prefix));
    }

    /**
     * Calls {@code action} with the value of each prefix that a text begins with, the longest first.
     *
     * <p>The greatest prefix that is not above the text is one of those, or else none is longer than what the two have in
     * common; so the search goes on below that.
     */
    public void forEachPrefixOf(String text, Consumer<V> action) {
        String key = cut(text);
        Map.Entry<String, V> entry = values.floorEntry(key);
        while (entry != null) {
            int common = commonLength(entry.getKey(), key);
            if (common == entry.getKey().length()) {
                action.accept(entry.getValue());
                entry = common == 0 ? null : values.floorEntry(key.substring(0, common - 1));
            } else {
                entry = values.floorEntry(key.substring(0, common));
            }
        }
    }

    private static int commonLength(String one, String other) {
        int length = Math.min(one.length(), other.length());
        int i = 0;
        while (i < length && one.charAt(i) == other.charAt(i)) {
            i++;
        }
        return i;
    }

    /** The values of all longer prefixes that begin with a text. */
    public Collection<V> longerThan(String text) {
        String key = cut(text);
        return values.subMap(key, false, key + Character.MAX_VALUE, true).values();
    }
}
