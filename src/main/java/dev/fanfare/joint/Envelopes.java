package dev.fanfare.joint;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.wire.Frame;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The events of late in their envelopes, so that each is encoded once for all who want it under the same name. Bounded by bytes;
 * what was asked for longest ago goes first, and is encoded again for who wants it then. Made by the first stream that asks, so
 * that others pay nothing. Thread-safe; an event is encoded outside of the lock.
 */
final class Envelopes {
    /**
     * @param frame without an envelope; told apart by identity
     * @param label what the envelope says that it belongs to
     */
    private record Key(Frame frame, Object label) {}

    /** Two loops that want it at the same time have one of them encode it. */
    private static final class Slot {
        @GuardedBy("this")
        private @Nullable Frame frame;

        /** Null if it was made before. */
        synchronized @Nullable Frame make(Supplier<Frame> maker) {
            if (frame != null) {
                return null;
            }
            Frame made = maker.get();
            frame = made;
            return made;
        }

        synchronized @Nullable Frame frame() {
            return frame;
        }
    }

    /** What an entry costs beyond its frames. */
    private static final int OVERHEAD_BYTES = 256;

    private final long maxBytes;
    private final LongAdder encoded = new LongAdder();

    /** What was asked for last comes last. */
    @GuardedBy("this")
    private final Map<Key, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);

    @GuardedBy("this")
    private long bytes;

    Envelopes(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** The frame in its envelope, made now if nobody asked before. */
    Frame of(Frame frame, Object label, Supplier<Frame> maker) {
        Key key = new Key(frame, label);
        Slot slot;
        synchronized (this) {
            slot = slots.computeIfAbsent(key, absent -> new Slot());
        }
        Frame known = slot.frame();
        if (known != null) {
            return known;
        }
        Frame made;
        try {
            made = slot.make(maker);
        } catch (RuntimeException | Error e) { // no memory
            forget(key, slot);
            throw e;
        }
        if (made == null) {
            return of(frame, label, maker);
        }
        encoded.increment();
        keep(key, slot, made);
        return made;
    }

    private synchronized void keep(Key key, Slot slot, Frame made) {
        if (slots.get(key) != slot) { // others needed the room
            return;
        }
        bytes += retained(key, made);
        Iterator<Map.Entry<Key, Slot>> eldest = slots.entrySet().iterator();
        while (bytes > maxBytes && eldest.hasNext()) {
            Map.Entry<Key, Slot> oldest = eldest.next();
            Frame held = oldest.getValue().frame();
            if (held != null) { // else it is being made, and counted then
                bytes -= retained(oldest.getKey(), held);
                eldest.remove();
            }
        }
    }

    private synchronized void forget(Key key, Slot slot) {
        slots.remove(key, slot);
    }

    private static long retained(Key key, Frame made) {
        return (long) key.frame().retainedBytes() + made.retainedBytes() + OVERHEAD_BYTES;
    }

    /** How many have been encoded. */
    long encoded() {
        return encoded.sum();
    }

    /** What is held, with what it was made of. */
    synchronized long bytes() {
        return bytes;
    }
}
