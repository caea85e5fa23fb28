package dev.fanfare.joint;

import dev.fanfare.status.watch.Admission;
import dev.fanfare.status.watch.Attachment;
import dev.fanfare.status.watch.Joining;
import dev.fanfare.stream.Backlog;
import dev.fanfare.stream.Batch;
import dev.fanfare.stream.StreamKind;
import dev.fanfare.stream.StreamWriter;
import dev.fanfare.wire.Form;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 *   ASKING   until the source has been asked whether there is such a status
 *   READY    waits for its turn to be written; only then it joins. So a client that takes nothing holds the first events of one
 *            member, not of all, and gets the newest status once it takes something
 *   JOINED   the first events are given, then what comes
 */
/** A status in a joint stream. In the thread of the stream's loop. */
final class StatusMember implements Backlog {
    private static final Duration AFTER_SHUTDOWN = Duration.ofSeconds(5);

    private enum State {
        ASKING,
        READY,
        JOINED
    }

    private final MemberName name;
    private final Joining joining;
    private final Form form;
    private final int loopIndex;
    private final StreamWriter writer;
    private final Consumer<Refusal> refused;
    private State state = State.ASKING;
    private List<Frame> opening = List.of();
    private @Nullable Attachment attachment;

    /** @param refused removes it from the stream, which tells why */
    StatusMember(
            MemberName name,
            Joining joining,
            Form form,
            int loopIndex,
            StreamWriter writer,
            Consumer<Refusal> refused) {
        this.name = name;
        this.joining = joining;
        this.form = form;
        this.loopIndex = loopIndex;
        this.writer = writer;
        this.refused = refused;
    }

    @Override
    public StreamKind kind() {
        return StreamKind.JOINT;
    }

    @Override
    public void joined() {
        joining.admission().whenComplete((admission, error) -> writer.execute(() -> admitted(admission)));
    }

    /** @param admission null if the service closes */
    private void admitted(@Nullable Admission admission) {
        if (admission == null) {
            refused.accept(Refusal.forNow(name, "The service is shutting down; try again later.", AFTER_SHUTDOWN));
        } else if (admission == Admission.MISSING) {
            refused.accept(Refusal.of(
                    name,
                    404,
                    "The source has no such status; check the values of the parameters, or try again later."));
        } else if (admission == Admission.FULL) {
            refused.accept(full());
        } else if (admission == Admission.TOO_MANY_RULES) {
            refused.accept(Refusal.forNow(
                    name,
                    "The clients of this status have reached the limit of different rules; leave out 'ignore' and the"
                            + " other options, or try again later.",
                    joining.retryAfterFull()));
        } else {
            state = State.READY;
        }
        writer.drain();
    }

    private Refusal full() {
        return Refusal.forNow(
                name,
                "The source has reached its limit of watches (fanfare.limits.watches); try again later.",
                joining.retryAfterFull());
    }

    @Override
    public @Nullable Batch next() {
        if (state == State.READY) {
            join();
        }
        if (!opening.isEmpty()) {
            return Batch.of(opening);
        }
        Backlog following = following();
        return following == null ? null : following.next();
    }

    private void join() {
        state = State.JOINED;
        Attachment attached = joining.attach(writer, loopIndex, form);
        if (attached == null) {
            refused.accept(full());
            return;
        }
        attachment = attached;
        opening = attached.opening().stream()
                .map(frame -> form.of(frame, 0, List.of()))
                .toList();
        Backlog following = attached.backlog();
        if (following != null) {
            following.joined();
        }
    }

    private @Nullable Backlog following() {
        return attachment == null ? null : attachment.backlog();
    }

    /** Whether the client was told the end of the status, once it is complete. */
    boolean hasEnded() {
        return attachment != null && attachment.hasEnded().getAsBoolean();
    }

    @Override
    public void taken(Batch batch, int count) {
        Backlog following = following();
        if (!opening.isEmpty()) {
            opening = opening.subList(count, opening.size());
        } else if (following != null) {
            following.taken(batch, count);
        }
    }

    @Override
    public boolean isComplete() {
        Backlog following = following();
        return attachment != null && opening.isEmpty() && (following == null || following.isComplete());
    }

    @Override
    public void paused(boolean blocked) {
        Backlog following = following();
        if (following != null) {
            following.paused(blocked);
        }
    }

    @Override
    public void stalled() {
        Backlog following = following();
        if (following != null) {
            following.stalled();
        }
    }

    @Override
    public void released() {
        Attachment attached = attachment;
        if (attached == null) {
            return;
        }
        Backlog following = attached.backlog();
        if (following != null) {
            following.released();
        }
        attached.left().run();
    }
}
