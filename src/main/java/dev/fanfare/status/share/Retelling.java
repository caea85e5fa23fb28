package dev.fanfare.status.share;

import dev.fanfare.log.SharedStates.Told;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Tells a listener what other nodes have told, in the order in which it came. Thread-safe; called without locks. */
final class Retelling {
    private final ShareListener listener;
    private final InOrder inOrder;
    private final Duration every;

    /** @param every the time from one poll of the source to the next */
    Retelling(ShareListener listener, InOrder inOrder, Duration every) {
        this.listener = listener;
        this.inOrder = inOrder;
        this.every = every;
    }

    /** A value. */
    void value(Told told) {
        inOrder.value(() -> tell(told));
    }

    private void tell(Told told) {
        try {
            listener.heard(Reading.of(JsonText.parse(new String(told.value(), StandardCharsets.UTF_8))), told.age());
        } catch (SourceFailure e) {
            listener.failed(e, every, true);
        }
    }

    /** Something else than a value. */
    void note(SharedNote note) {
        inOrder.note(() -> tell(note));
    }

    private void tell(SharedNote note) {
        if (note instanceof SharedNote.Failed failed) {
            listener.failed(new SourceFailure(failed.reason()), failed.nextIn(), failed.asked());
        } else {
            listener.heard(note instanceof SharedNote.Gone ? new Reading.Gone() : new Reading.Missing(), Duration.ZERO);
        }
    }

    /** What was told before still held so long ago. */
    void holds(Duration age) {
        inOrder.note(() -> listener.heard(new Reading.Unchanged(Duration.ZERO), age));
    }

    /** The node that asks can't be heard; this one asks the source in a while. */
    void unheard(Duration nextIn) {
        inOrder.note(() -> listener.failed(
                new SourceFailure("is asked by another server, which can't be heard at present"), nextIn, false));
    }
}
