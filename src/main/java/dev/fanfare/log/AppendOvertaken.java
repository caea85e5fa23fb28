package dev.fanfare.log;

/**
 * An event with an id that was to be published once came into the log after its publisher had looked, from another node. Nothing
 * was appended; once this node has the event, it may look again.
 */
public final class AppendOvertaken extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long position;

    /** @param position where the newest event with such an id is */
    public AppendOvertaken(long position) {
        super("An event with the same id came into the log at position " + position + " meanwhile");
        this.position = position;
    }

    /** Where the newest event with such an id is. */
    public long position() {
        return position;
    }
}
