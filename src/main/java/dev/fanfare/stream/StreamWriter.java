package dev.fanfare.stream;

import dev.fanfare.wire.Frame;

/** What writes that which a {@link Backlog} gives: a client's stream, or the place of one member in a stream of several. */
public interface StreamWriter {
    /** Writes as long as there is something and the outlet takes it. In the loop's thread. */
    void drain();

    /** Has the loop run a step, unless it is over by then; a step that fails closes the stream. Any thread may call. */
    void execute(Runnable step);

    /** Puts a frame before all that the backlog will give. In the loop's thread. */
    void writeFirst(Frame frame);

    /** Closes the stream now. In the loop's thread. */
    void close(CloseReason reason);
}
