package dev.fanfare.log;

import java.util.concurrent.CompletionStage;

/**
 * A history that may be a node's copy of a log elsewhere: what it was given may have to be taken back. What is lost with the
 * machine is fetched again, so a copy need not wait for a disk. Who appends to a copy, and changes it, is one at a time.
 */
public interface LocalCopy extends History {
    /**
     * Takes back the events above a position, so that the next one has the position that follows it; a position below {@link
     * #keptAfter} counts as that one. Nothing may be on its way when it is called.
     */
    CompletionStage<Void> dropAfter(long position);

    /** Keeps a text beside the events, in place of the one before. A copy that outlives the process has it afterwards. */
    CompletionStage<Void> keepNote(String text);

    /** The text that was kept last; empty if there was none. */
    String note();
}
