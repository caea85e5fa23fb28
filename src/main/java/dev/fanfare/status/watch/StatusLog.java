package dev.fanfare.status.watch;

import dev.fanfare.event.Event;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.HubSettings;
import dev.fanfare.hub.HubStats;
import dev.fanfare.hub.JoinRequest;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.hub.Rights;
import dev.fanfare.log.LogMode;
import dev.fanfare.stream.Backlog;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.Permit;
import dev.fanfare.stream.PrivateStream;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.StreamWriter;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.wire.Form;
import dev.fanfare.wire.Frame;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The log that all status streams ride on: a hub of its own over the newest states. Thread-safe; nothing blocks, and what
 * {@link #publish} was given has been dispatched to the subscribers when it returns.
 */
final class StatusLog {
    private final WriterLoops loops;
    private final StateHistory history = new StateHistory();
    private final Hub hub;
    private final AtomicLong topicNumber = new AtomicLong();

    StatusLog(WriterLoops loops, int tailEvents, long tailBytes) {
        this.loops = loops;
        this.hub = new Hub(history, loops, HubSettings.of(LogMode.LATEST, tailEvents, tailBytes));
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

    /**
     * Publishes a change of a status; see {@link #publish}.
     *
     * @param events each leads to {@code whole}, for other clients or from another status
     * @param whole the status, for a client that falls behind
     */
    synchronized void publish(List<Event> events, Event whole) {
        history.keepInstead(whole);
        hub.publish(events);
    }

    /** A topic that nobody has. */
    Topic newTopic() {
        return new Topic("/groups/" + topicNumber.incrementAndGet());
    }

    /** Lets a client join a topic; it gets what is published from now on. No event of the topic may be under way. */
    void join(
            Outlet outlet,
            Topic topic,
            Rights rights,
            List<Frame> opening,
            Reader reader,
            @Nullable Permit permit,
            Supplier<Frame> heartbeat,
            Consumer<CloseReason> onClose) {
        JoinRequest request = JoinRequest.to(List.of(Selector.exact(topic)))
                .from(ResumePoint.after(history.head()))
                .with(rights)
                .opening(opening)
                .reader(reader)
                .permit(permit)
                .heartbeat(heartbeat);
        hub.subscribe(() -> outlet, request, onClose);
    }

    /** Lets a stream of several members have a topic as {@link #join} lets a client; see {@link Hub#attach}. */
    Backlog attach(StreamWriter writer, int loopIndex, Topic topic, Rights rights, Form form) {
        JoinRequest request = JoinRequest.to(List.of(Selector.exact(topic)))
                .from(ResumePoint.after(history.head()))
                .with(rights)
                .form(form);
        return hub.attach(writer, loopIndex, request);
    }

    /** Opens a stream that ends behind the frames given. */
    void sendAndEnd(Outlet outlet, List<Frame> frames, Consumer<CloseReason> onClose) {
        PrivateStream.openAndEnd(loops, outlet, frames, onClose);
    }

    /** Ends the streams of a topic once they have what was published. */
    void finish(Topic topic) {
        hub.finish(List.of(Selector.exact(topic)));
    }

    void forget(Topic topic) {
        history.forget(topic);
    }

    HubStats stats() {
        return hub.stats();
    }

    int topics() {
        return history.topics();
    }

    void close() {
        history.close();
    }
}
