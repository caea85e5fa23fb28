package dev.fanfare.stream;

import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * A stream asks for what is next; here it is asked which member is next. Only members that may have something are looked at:
 *
 *   ready      their turn comes one after the other, a batch each; one that has nothing is no longer ready until it is drained
 *   touched    what happened to them in this turn of writing is reported to them once, at its end
 *
 * Nothing is copied and nothing waits here: a member keeps its own cursor, as it would on a stream of its own.
 */
/**
 * The backlogs of several members that share one client's stream, in one. Confined to the thread of the stream's loop, save
 * {@link #start} and the steps that its writers execute.
 */
public final class JointBacklog implements Backlog {
    /** What the stream itself has to say, before what its members give. In the loop's thread. */
    public interface Words {
        /** The stream has begun; adds the first members. */
        void begin();

        /** What is to be said next; null if there is nothing. The same until it is taken. */
        @Nullable
        Frame next();

        /** What {@link #next} gave was said. */
        void taken();

        /** The stream is over. */
        void ended();
    }

    private final StreamKind kind;
    private final Words words;
    private final ClientStream stream;
    private final Set<Member> members = new LinkedHashSet<>();
    private final ArrayDeque<Member> ready = new ArrayDeque<>();
    private final ArrayList<Member> touched = new ArrayList<>();
    private @Nullable Member current;
    private @Nullable Member lead;

    /**
     * A stream without members, to be started.
     *
     * @param mostSilence how long the stream may be silent at most, if the settings don't say less; null for what they say
     * @param onClose called once, in the loop, when the stream has ended; must not block
     */
    public JointBacklog(
            WriterLoops loops,
            WriterLoop loop,
            Outlet outlet,
            StreamKind kind,
            Words words,
            @Nullable Duration mostSilence,
            Expiry expiry,
            Consumer<CloseReason> onClose) {
        this.kind = kind;
        this.words = words;
        this.stream = new ClientStream(loops, loop, outlet, this, List.of(), mostSilence, expiry, onClose);
    }

    /** Takes the stream into its loop; see {@link ClientStream#start}. */
    public void start() {
        stream.start();
    }

    /** The stream that all members share. */
    public ClientStream stream() {
        return stream;
    }

    /** The place of one member in the stream. */
    public final class Member implements StreamWriter {
        private final Runnable onComplete;
        private @Nullable Backlog backlog;
        private boolean isReady;
        private boolean isTouched;
        private boolean isGone;

        private Member(Runnable onComplete) {
            this.onComplete = onComplete;
        }

        private Backlog backlog() {
            if (backlog == null) {
                throw new IllegalStateException("a member writes once it has joined");
            }
            return backlog;
        }

        @Override
        public void drain() {
            ready(this);
            stream.drain();
        }

        @Override
        public void execute(Runnable step) {
            stream.execute(() -> {
                if (!isGone) {
                    step.run();
                }
            });
        }

        @Override
        public void writeFirst(Frame frame) {
            stream.writeFirst(frame);
        }

        /** What ends one member in the middle ends the stream, since the client can't know what it missed. */
        @Override
        public void close(CloseReason reason) {
            stream.close(reason);
        }

        /** The position of its log up to which the client has all that concerns it. */
        public long position() {
            return backlog().position();
        }

        /** Ends it, and lets go of what it holds; nothing more of it is written. */
        public void remove() {
            if (isGone) {
                return;
            }
            isGone = true;
            members.remove(this);
            ready.remove(this);
            if (lead == this) {
                lead = null;
            }
            backlog().released();
        }

        /** Has its heartbeats be those of the stream. */
        public void lead() {
            lead = this;
        }
    }

    /**
     * Adds a member; the stream is to be drained afterwards.
     *
     * @param maker makes its backlog, for the writer that it is given
     * @param onComplete called once it is complete and removed for that; not if it is removed otherwise
     */
    public Member add(Function<StreamWriter, Backlog> maker, Runnable onComplete) {
        Member member = new Member(onComplete);
        Backlog backlog = maker.apply(member);
        member.backlog = backlog;
        members.add(member);
        backlog.joined();
        ready(member);
        return member;
    }

    private void ready(Member member) {
        if (member.isGone) {
            return;
        }
        if (!member.isReady) {
            member.isReady = true;
            ready.add(member);
        }
        touch(member);
    }

    private void touch(Member member) {
        if (!member.isTouched) {
            member.isTouched = true;
            touched.add(member);
        }
    }

    @Override
    public StreamKind kind() {
        return kind;
    }

    @Override
    public void joined() {
        words.begin();
    }

    @Override
    public @Nullable Batch next() {
        current = null;
        for (; ; ) {
            Frame word = words.next();
            if (word != null) {
                return Batch.of(word);
            }
            Member member = ready.peek();
            if (member == null) {
                return null;
            }
            Batch batch = member.backlog().next();
            if (batch != null) {
                current = member;
                return batch;
            }
            ready.remove(member);
            member.isReady = false;
            if (!member.isGone && member.backlog().isComplete()) {
                member.remove();
                member.onComplete.run();
            }
        }
    }

    @Override
    public void taken(Batch batch, int count) {
        Member member = current;
        if (member == null) {
            if (count > 0) {
                words.taken();
            }
            return;
        }
        touch(member);
        member.backlog().taken(batch, count);
        if (count == batch.size() && ready.remove(member)) {
            ready.add(member);
        }
    }

    /** A stream without members waits for others. */
    @Override
    public boolean isComplete() {
        return false;
    }

    @Override
    public void paused(boolean blocked) {
        for (int i = 0; i < touched.size(); i++) {
            Member member = touched.get(i);
            member.isTouched = false;
            if (!member.isGone) {
                member.backlog().paused(blocked);
            }
        }
        touched.clear();
    }

    @Override
    public void stalled() {
        members.forEach(member -> member.backlog().stalled());
    }

    @Override
    public Frame heartbeat() {
        Member leading = lead;
        return leading == null ? Backlog.super.heartbeat() : leading.backlog().heartbeat();
    }

    @Override
    public long lag() {
        Member leading = lead;
        return leading == null ? 0 : leading.backlog().lag();
    }

    @Override
    public boolean isCatchingUp() {
        Member leading = lead;
        return leading != null && leading.backlog().isCatchingUp();
    }

    @Override
    public void released() {
        List.copyOf(members).forEach(Member::remove);
        words.ended();
    }
}
