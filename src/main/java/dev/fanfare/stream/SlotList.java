package dev.fanfare.stream;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;

/**
 * A list in no order whose elements know their slot in it, so removing one takes the same time however many there are: the
 * last one moves into its slot. Walked from the end it may lose the element in hand. Not thread-safe.
 */
public final class SlotList<T> extends AbstractList<T> {
    /** The slot of an element that is in no list. */
    public static final int NONE = -1;

    private final List<T> elements = new ArrayList<>(1);
    private final ToIntFunction<T> slotOf;
    private final ObjIntConsumer<T> putSlot;

    /**
     * An empty list.
     *
     * @param slotOf the slot that an element remembers, {@link #NONE} at first
     * @param putSlot has an element remember its slot
     */
    public SlotList(ToIntFunction<T> slotOf, ObjIntConsumer<T> putSlot) {
        this.slotOf = slotOf;
        this.putSlot = putSlot;
    }

    @Override
    public T get(int slot) {
        return elements.get(slot);
    }

    @Override
    public int size() {
        return elements.size();
    }

    @Override
    public boolean add(T element) {
        elements.add(element); // fails without memory, and then the element has no slot
        putSlot.accept(element, elements.size() - 1);
        return true;
    }

    /** Removes an element; whether it was here. */
    public boolean take(T element) {
        int slot = slotOf.applyAsInt(element);
        if (slot == NONE) {
            return false;
        }
        T last = elements.remove(elements.size() - 1);
        if (last != element) {
            elements.set(slot, last);
            putSlot.accept(last, slot);
        }
        putSlot.accept(element, NONE);
        return true;
    }
}
