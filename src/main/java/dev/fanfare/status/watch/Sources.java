package dev.fanfare.status.watch;

import dev.fanfare.status.ParamsReader;
import dev.fanfare.status.SourceName;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All sources, by name. Thread-safe. */
final class Sources {

    private final Map<String, RegisteredSource> sources = new ConcurrentHashMap<>();

    /** Names of sources that are the server's own, and in no list. */
    private final Set<String> own = ConcurrentHashMap.newKeySet();

    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<String>> removed = new CopyOnWriteArrayList<>();

    /** @throws IllegalArgumentException if the name is not allowed */
    static void requireName(String name) {
        if (!SourceName.isValid(name)) {
            throw new IllegalArgumentException("the source name '" + name
                    + "' is not allowed; a name is a lower-case letter and lower-case letters, digits or '-', and not"
                    + " 'stream'");
        }
    }

    /** @throws IllegalArgumentException if the name is taken */
    void add(String name, RegisteredSource source) {
        if (sources.putIfAbsent(name, source) != null) {
            throw new IllegalArgumentException("there are two status sources '" + name + "'; names are unique");
        }
        listeners.forEach(listener -> listener.accept(name));
    }

    /** @throws IllegalArgumentException if the name is taken */
    void addOwn(String name, RegisteredSource source) {
        own.add(name);
        if (sources.putIfAbsent(name, source) != null) {
            throw new IllegalArgumentException("the source name '" + name + "' is taken by the server itself");
        }
    }

    /** Has a source in place of the one of its name, or for the first time. */
    void put(String name, RegisteredSource source) {
        sources.put(name, source);
        listeners.forEach(listener -> listener.accept(name));
    }

    /** Forgets a source. */
    void remove(String name) {
        sources.remove(name);
        removed.forEach(listener -> listener.accept(name));
    }

    /** Calls {@code listener} with the names of sources that are removed. */
    void onRemoved(Consumer<String> listener) {
        removed.add(listener);
    }

    /** @throws UnknownSource if there is none of this name */
    RegisteredSource get(String name) {
        RegisteredSource source = sources.get(name);
        if (source == null) {
            throw new UnknownSource(ParamsReader.shortened(name));
        }
        return source;
    }

    /** The source of this name, if there is one. */
    @Nullable
    RegisteredSource find(String name) {
        return sources.get(name);
    }

    SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>(sources.keySet());
        names.removeAll(own);
        return names;
    }

    Collection<RegisteredSource> all() {
        return sources.values();
    }

    /** Calls {@code listener} with the names of sources that are there, and of those that are added later. */
    void onSource(Consumer<String> listener) {
        listeners.add(listener);
        names().forEach(listener);
    }
}
