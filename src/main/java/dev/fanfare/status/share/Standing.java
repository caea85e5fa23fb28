package dev.fanfare.status.share;

/** How this node stands towards the engine, for its {@link Outbox}. Thread-safe. */
interface Standing {
    /** Whether the engine knows that this node lives. */
    boolean mayClaim();

    /** What this node is called at present. */
    String node();

    /** The highest generation that was heard of. */
    long highest();

    /** Whether no other watch of the same status wants what this one claimed. */
    boolean isUnwanted(SharedPoll poll);

    /** The time, as {@link dev.fanfare.stream.Ticker#nanos}. */
    long nanos();
}
