package dev.fanfare.stream;

import dev.fanfare.wire.Frame;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;

/**
 * The non-blocking way to one client's socket. A port: each container brings the outlet that suits it.
 *
 * <p>One {@link WriterLoop} owns an outlet and makes all calls, in its own thread, none of them blocking. The outlet may
 * call its {@link Listener} from any thread, also from within a call. A frame of which it has taken the first byte is
 * the outlet's: it sends the rest before anything else, or closes.
 */
public interface Outlet {
    /** The ways there are, to count clients by. */
    enum Kind {
        /** Ready chunks, straight to the socket. */
        DIRECT,
        /** Through the server's non-blocking output. */
        STREAM,
        /** Through the sink of Jakarta REST. */
        SINK,
        /** Somebody's own. */
        OTHER
    }

    /** What an outlet tells the stream that writes to it. Any thread may call; no method blocks. */
    interface Listener {
        /** After a refusal: more would be taken now. */
        void writable();

        /** The client is gone, or can't be reached any more. May be called more than once; the first call counts. */
        void closed(CloseReason reason);
    }

    /**
     * Called once, before anything else.
     *
     * @param listener whom to tell of room and of the end
     * @param selector the loop's own; an outlet with a channel may register it here, with a {@link Runnable} as attachment
     *     which the loop runs when the key is selected. An outlet that has no use for it ignores it
     */
    void open(Listener listener, Selector selector);

    /**
     * Offers the frames of {@code batch} from index {@code from} on. The outlet takes whole frames in order, as many as it
     * has room for.
     *
     * @return how many it took. If not all, it calls {@link Listener#writable} once there is room again, unless it closes
     */
    int write(Batch batch, int from);

    /** Bytes taken that the socket has not accepted yet. */
    long pendingBytes();

    /**
     * The frame of which the socket has accepted a part, if the outlet keeps the frame itself, which others may share; null
     * between frames, and if it keeps bytes of its own.
     */
    default @Nullable Frame halfWritten() {
        return null;
    }

    /** Bytes that the socket has accepted so far; never falls. */
    long acceptedBytes();

    /**
     * Ends the stream in good order: what was taken is sent, then the end of the response. Nothing is written afterwards.
     */
    void finish();

    /** Closes at once, without the end of the response, so that the client knows that it was cut off. */
    void abort();

    /** Which way it is; always the same. */
    default Kind kind() {
        return Kind.OTHER;
    }
}
