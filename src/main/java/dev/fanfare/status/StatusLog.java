package dev.fanfare.status;

import dev.fanfare.event.Event;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.hub.CloseReason;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.Outlet;
import dev.fanfare.hub.PrivateStream;
import dev.fanfare.hub.Rights;
import dev.fanfare.hub.Start;
import dev.fanfare.hub.WriterLoops;
import dev.fanfare.wire.Frame;
import java.util.List;
import java.util.function.Consumer;

/**
 * The log that all status streams ride on: a hub of its own over the newest states. Thread-safe; nothing blocks, and what
 * {@link #publish} was given has been dispatched to the subscribers when it returns.
 */
final class StatusLog {
    private static final int TAIL_EVENTS = 4096;
    private static final long TAIL_BYTES = 16L << 20;

    private final WriterLoops loops;
    private final StateHistory history = new StateHistory();
    private final Hub hub;

    StatusLog(WriterLoops loops) {
        this.loops = loops;
        this.hub = new Hub(history, loops, Hub.Mode.LATEST, TAIL_EVENTS, TAIL_BYTES, 0);
    }

    /**
     * Publishes events side by side.
     *
     * <p>One at a time: two threads that append side by side may come to the hub's dispatcher in the wrong order, and then
     * what the first to return has published is not dispatched yet. A {@link #finish} would overtake it.
     */
    synchronized void publish(List<Event> events) {
        hub.publish(events);
    }

    /** Lets a client join a topic; it gets what is published from now on. No event of the topic may be under way. */
    void join(Outlet outlet, Topic topic, List<Frame> opening, Consumer<CloseReason> onClose) {
        Start now = Start.after(history.head());
        hub.subscribe(outlet, List.of(Selector.exact(topic)), now, Rights.PUBLIC_ONLY, opening, onClose);
    }

    /** Opens a stream that ends behind the frames given. */
    void sendAndEnd(Outlet outlet, List<Frame> frames, Consumer<CloseReason> onClose) {
        PrivateStream.open(loops, outlet, frames, () -> {}, onClose).complete();
    }

    /** Ends the streams of a topic once they have what was published. */
    void finish(Topic topic) {
        hub.finish(List.of(Selector.exact(topic)));
    }

    void forget(Topic topic) {
        history.forget(topic);
    }

    int topics() {
        return history.topics();
    }

    void close() {
        history.close();
    }
}
