package dev.fanfare.log;

/**
 * Events that were to be published together take up more than the history can ever keep of one publication. The history is
 * well, and the same events will be refused again; fewer of them, or a larger history, would do.
 */
public final class PublicationTooLarge extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final long bytes;
    private final long mostBytes;

    /**
     * Says that a publication is larger than the history takes.
     *
     * @param bytes what the events would take up in the history
     * @param mostBytes most that they may
     */
    public PublicationTooLarge(long bytes, long mostBytes) {
        super("The publication takes up " + bytes + " bytes in the history; the limit is " + mostBytes);
        this.bytes = bytes;
        this.mostBytes = mostBytes;
    }

    /** What the events would take up in the history. */
    public long bytes() {
        return bytes;
    }

    /** Most that one publication may take up. */
    public long mostBytes() {
        return mostBytes;
    }
}
