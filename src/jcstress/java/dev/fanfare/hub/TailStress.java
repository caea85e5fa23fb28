package dev.fanfare.hub;

import dev.fanfare.event.Event;
import dev.fanfare.wire.EventEncoder;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The dispatcher adds to a full tail while a writer loop reads the entry that goes and the one that comes. Each is found whole
 * or not at all, and never the one in place of the other.
 */
@JCStressTest
@Outcome(
        id = {"0, 0", "0, 3", "1, 0", "1, 3"},
        expect = Expect.ACCEPTABLE,
        desc = "The oldest is there still or not, the newest already or not.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Another entry was found, or a part of one.")
@State
public class TailStress {
    private static final EncodedEvent[] ENTRIES = {entry(1), entry(2), entry(3)};

    private final Tail tail = new Tail(2, 1 << 20, 0);

    /** A tail with two entries in two slots; the third takes the first one's. */
    public TailStress() {
        tail.add(ENTRIES[0]);
        tail.add(ENTRIES[1]);
    }

    private static EncodedEvent entry(long position) {
        Event event = Event.of(String.valueOf(position));
        return EncodedEvent.of(position, event, EventEncoder.encode(event));
    }

    /** The dispatcher. */
    @Actor
    public void dispatcher() {
        tail.add(ENTRIES[2]);
    }

    /** A writer loop. */
    @Actor
    public void loop(II_Result result) {
        result.r1 = read(1);
        result.r2 = read(3);
    }

    /** The number in the frame, 0 for none, -1 for a frame that is not of the position. */
    private int read(long position) {
        EncodedEvent found = tail.get(position);
        if (found == null) {
            return 0;
        }
        String text = found.frame().payloadText();
        return text.equals("data: " + position + "\n\n") && found.position() == position ? (int) position : -1;
    }
}
