package dev.fanfare.status.share;

import dev.fanfare.log.SharedStates;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.poll.PollListener;
import dev.fanfare.status.rules.ChangeRule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Hands what one poller of this node finds to the other nodes, and to its own clients. As its poller calls it, one at a time. */
final class OwnPolls implements PollListener {
    private final SharedPoll poll;
    private final ShareListener listener;
    private final InOrder inOrder;

    /** The value that the others have, as {@link ChangeRule#ANY} sees it; null if they have none of this poller. */
    private @Nullable String shared;

    private boolean isFailing;

    OwnPolls(SharedPoll poll, ShareListener listener, InOrder inOrder) {
        this.poll = poll;
        this.listener = listener;
        this.inOrder = inOrder;
    }

    @Override
    public void told(Reading reading) {
        boolean isValue = reading instanceof Reading.Value;
        if (reading instanceof Reading.Value value) {
            value(value);
        } else if (reading instanceof Reading.Unchanged) {
            poll.answered(this);
            poll.fresh(this, isFailing);
        } else {
            poll.tell(this, noteOf(reading).bytes(), true);
        }
        isFailing = !isValue && !(reading instanceof Reading.Unchanged);
        Runnable told = () -> handOn(() -> listener.told(reading));
        if (isValue) {
            inOrder.value(told);
        } else {
            inOrder.note(told);
        }
    }

    private static SharedNote noteOf(Reading reading) {
        return reading instanceof Reading.Gone ? new SharedNote.Gone() : new SharedNote.Missing();
    }

    private void value(Reading.Value value) {
        String id = idOf(value);
        poll.answered(this);
        if (id.equals(shared)) {
            poll.fresh(this, isFailing);
            return;
        }
        byte[] bytes = JsonText.write(value.value()).getBytes(StandardCharsets.UTF_8);
        if (bytes.length > SharedStates.MOST_BYTES) {
            throw new SourceFailure("gives a status that is too large to be shared by several servers: " + bytes.length
                    + " bytes, of " + SharedStates.MOST_BYTES + " allowed");
        }
        shared = poll.tell(this, bytes, false) ? id : null;
    }

    private static String idOf(Reading.Value value) {
        try {
            return ChangeRule.ANY.idOf(value.value());
        } catch (IllegalArgumentException e) {
            throw new SourceFailure("gives a status that is nested too deep");
        }
    }

    @Override
    public void failed(SourceFailure failure, Duration nextIn, boolean asked) {
        if (asked || !isFailing) {
            poll.tell(this, SharedNote.Failed.of(failure, nextIn, asked).bytes(), true);
        }
        isFailing = true;
        inOrder.note(() -> handOn(() -> listener.failed(failure, nextIn, asked)));
    }

    private void handOn(Runnable told) {
        if (poll.isCurrent(this)) {
            told.run();
        }
    }
}
