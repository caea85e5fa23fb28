package dev.fanfare.joint;

import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.JoinRequest;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.hub.TooManyTemplates;
import dev.fanfare.status.watch.Joining;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Expiry;
import dev.fanfare.stream.JointBacklog;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.StreamClosed;
import dev.fanfare.stream.StreamKind;
import dev.fanfare.stream.WriterLoop;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * All topics are one subscription, so their events come in the order of the log and one cursor, the stream's id, is where all of
 * them go on. When topics come or go another subscription takes its place from where the stream stands. Each status is a
 * member of its own.
 *
 * What the stream says of its own is made when it is written: the newest change stands for those before, and a member that was
 * refused counts as one until the client has been told. So a client that takes nothing makes nothing grow, however often the
 * members are changed.
 */
/**
 * One client's stream of several members. {@link #change} and {@link #owner} may be called by any thread; all else happens in the
 * thread of the stream's loop.
 */
public final class JointStream implements JointBacklog.Words {
    private static final System.Logger LOG = System.getLogger(JointStream.class.getName());

    /** A client sends one change after the other; one that sends many at once would keep other streams of its loop waiting. */
    static final int MOST_WAITING = 16;

    private static final int MOST_PLACEHOLDERS = 100;
    private static final Duration RETRY_TEMPLATES = Duration.ofSeconds(10);

    private final Hub hub;
    private final Envelopes envelopes;
    private final int mostMembers;
    private final JointRequest request;
    private final ResumePoint start;
    private final String session;
    private final Consumer<String> onEnd;
    private final WriterLoop loop;
    private final int loopIndex;
    private final Frame opening;
    private final JointBacklog backlog;

    /** Changes that the loop has not come to; any thread. */
    private final AtomicInteger waiting = new AtomicInteger();

    // Its members.
    private final Map<String, Selector> topics = new LinkedHashMap<>();
    /** In all its templates. */
    private int placeholders;

    private final Map<MemberName, JointBacklog.Member> statuses = new HashMap<>();
    private JointBacklog.@Nullable Member topicsMember;

    // What is to be said of them.
    private final Map<MemberName, Frame> pending = new LinkedHashMap<>();
    private @Nullable MemberName said;
    private long changes;
    private long changesTold;
    private long changesSaid;

    /**
     * @param start where its topics begin, not just from now on
     * @param onEnd called with the session when the stream is over
     */
    JointStream(
            Hub hub,
            WriterLoops loops,
            Outlet outlet,
            Envelopes envelopes,
            int mostMembers,
            JointRequest request,
            ResumePoint start,
            String session,
            Consumer<String> onEnd) {
        this.hub = hub;
        this.envelopes = envelopes;
        this.mostMembers = mostMembers;
        this.request = request;
        this.start = start;
        this.session = session;
        this.onEnd = onEnd;
        this.loopIndex = loops.pick();
        this.loop = loops.loop(loopIndex);
        this.opening = loops.opening();
        this.backlog = new JointBacklog(
                loops,
                loop,
                outlet,
                StreamKind.JOINT,
                this,
                request.reader().heartbeat(),
                Expiry.in(loops.ticker(), loops.settings().maxDuration(), request.permit()),
                reason -> {});
    }

    void start() {
        backlog.start();
    }

    /** Stands for who may change the members. */
    public Object owner() {
        return request.owner();
    }

    /**
     * Changes the members. Changes happen one after the other, each at one place in the stream.
     *
     * @param remove removed first; those that are no members are passed over
     * @param add added then; those that are members are passed over
     * @return completes exceptionally, with {@link StreamClosed} if the stream is over, with {@link TooManyChanges} if too many
     *     wait
     */
    public CompletionStage<Changed> change(Collection<MemberName> remove, Wishes add) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.failedFuture(new TooManyChanges(MOST_WAITING));
        }
        CompletableFuture<Changed> done = new CompletableFuture<>();
        boolean isQueued = loop.execute(() -> {
            waiting.decrementAndGet();
            if (backlog.stream().isOpen()) {
                change(remove, add, done);
            } else {
                done.completeExceptionally(new StreamClosed());
            }
        });
        if (!isQueued) {
            waiting.decrementAndGet();
            done.completeExceptionally(new StreamClosed());
        }
        return done;
    }

    private void change(Collection<MemberName> remove, Wishes add, CompletableFuture<Changed> done) {
        try {
            done.complete(apply(remove, add));
            backlog.stream().drain();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "The members of a stream could not be changed; it was closed", e);
            done.completeExceptionally(e);
            backlog.stream().close(CloseReason.FAILED);
        }
    }

    // In the loop's thread.

    @Override
    public void begin() {
        backlog.stream().writeFirst(opening.followedBy(Envelope.open(hub.idAt(start.after()), session)));
        request.members().refused().forEach(this::say);
        List<Refusal> refused = new ArrayList<>();
        for (Selector selector : request.members().topics()) {
            if (hasRoomForTemplate(selector, refused)) {
                addTopic(selector);
            }
        }
        refused.addAll(joinTopics(request.members().topics(), start));
        refused.forEach(this::say);
        request.members().statuses().forEach(this::addStatus);
    }

    private Changed apply(Collection<MemberName> remove, Wishes add) {
        List<MemberName> added = new ArrayList<>();
        List<Refusal> refused = new ArrayList<>(add.refused());
        boolean fewerTopics = false;
        for (MemberName name : remove) {
            fewerTopics |= remove(name);
        }
        List<Selector> newTopics = new ArrayList<>();
        for (Selector selector : add.topics()) {
            MemberName name = MemberName.topic(selector.text());
            pending.remove(name); // what is told behind the change would be taken for its outcome
            if (topics.containsKey(selector.text())
                    || (hasRoomFor(name, refused) && hasRoomForTemplate(selector, refused))) {
                added.add(name);
                if (addTopic(selector)) {
                    newTopics.add(selector);
                }
            }
        }
        add.statuses().forEach((name, joining) -> {
            pending.remove(name);
            if (statuses.containsKey(name)) {
                added.add(name);
            } else if (hasRoomFor(name, refused)) {
                added.add(name);
                addStatus(name, joining);
            }
        });
        if (fewerTopics || !newTopics.isEmpty()) {
            List<Refusal> beyond = joinTopics(newTopics, ResumePoint.after(position()));
            beyond.forEach(refusal -> added.remove(refusal.name()));
            refused.addAll(beyond);
        }
        return new Changed(++changes, added, List.copyOf(remove), refused);
    }

    private boolean hasRoomFor(MemberName name, List<Refusal> refused) {
        if (topics.size() + statuses.size() + pending.size() < mostMembers) {
            return true;
        }
        refused.add(Refusal.of(
                name,
                400,
                "The stream has its " + mostMembers
                        + " members (fanfare.limits.members); remove others first, or open another stream."));
        return false;
    }

    /** An envelope tells which templates select its event, so each event is compared with all of them once more. */
    private boolean hasRoomForTemplate(Selector selector, List<Refusal> refused) {
        int more = placeholders(selector);
        if (more == 0 || more + placeholders <= MOST_PLACEHOLDERS) {
            return true;
        }
        refused.add(Refusal.of(
                MemberName.topic(selector.text()),
                400,
                "The URI templates of the stream would have more than " + MOST_PLACEHOLDERS
                        + " placeholders together; ask for exact topics, or for '*', or open another stream."));
        return false;
    }

    /** Whether it was not there. */
    private boolean addTopic(Selector selector) {
        boolean isNew = topics.putIfAbsent(selector.text(), selector) == null;
        placeholders += isNew ? placeholders(selector) : 0;
        return isNew;
    }

    /** Whether it was there. */
    private boolean removeTopic(String text) {
        Selector removed = topics.remove(text);
        placeholders -= removed == null ? 0 : placeholders(removed);
        return removed != null;
    }

    /** A place for a value is read twice, see {@link Selector#passes}. */
    private static int placeholders(Selector selector) {
        return (selector.passes() - 1) / 2;
    }

    /** Whether it was one of the topics. */
    private boolean remove(MemberName name) {
        pending.remove(name);
        if (name.kind() == MemberName.Kind.TOPIC) {
            return removeTopic(name.text());
        }
        JointBacklog.Member status = statuses.remove(name);
        if (status != null) {
            status.remove();
        }
        return false;
    }

    /**
     * Has all topics of the stream be one subscription, in place of the one there was.
     *
     * @param added which of them are new
     * @return those that find no room; they are no members any more
     */
    private List<Refusal> joinTopics(List<Selector> added, ResumePoint from) {
        List<Refusal> beyond = new ArrayList<>();
        JointBacklog.Member before = topicsMember;
        try {
            topicsMember = newTopicsMember(from);
        } catch (TooManyTemplates e) {
            for (Selector selector : added) {
                if (selector instanceof Selector.Template) {
                    removeTopic(selector.text());
                    beyond.add(
                            Refusal.forNow(MemberName.topic(selector.text()), e.getMessage() + ".", RETRY_TEMPLATES));
                }
            }
            // Those left are exact, or have their place in the index already, since the subscription before is still
            // there.
            topicsMember = newTopicsMember(from);
        }
        if (before != null) {
            before.remove();
        }
        if (topicsMember != null) {
            topicsMember.lead();
        }
        return beyond;
    }

    private JointBacklog.@Nullable Member newTopicsMember(ResumePoint from) {
        if (topics.isEmpty()) {
            return null;
        }
        JoinRequest join = JoinRequest.to(topics.values())
                .from(from)
                .with(request.rights())
                .reader(request.reader())
                .anonymous(request.anonymous())
                .form(new TopicForm(hub, envelopes, topics.values()));
        return backlog.add(writer -> hub.attach(writer, loopIndex, join), () -> {});
    }

    private void addStatus(MemberName name, Joining joining) {
        StatusMember[] made = new StatusMember[1];
        StatusForm form = new StatusForm(envelopes, name);
        JointBacklog.Member member = backlog.add(
                writer -> made[0] = new StatusMember(name, joining, form, loopIndex, writer, this::refuse),
                () -> completed(name, made[0]));
        statuses.put(name, member);
    }

    private void completed(MemberName name, StatusMember status) {
        statuses.remove(name);
        if (!status.hasEnded()) {
            pending.put(name, Envelope.over(name));
        }
    }

    private void refuse(Refusal refusal) {
        JointBacklog.Member member = statuses.remove(refusal.name());
        if (member != null) {
            member.remove();
        }
        say(refusal);
    }

    private void say(Refusal refusal) {
        pending.put(refusal.name(), Envelope.refused(refusal));
    }

    /** Up to where the client has all of its topics. */
    private long position() {
        return topicsMember == null ? hub.dispatched() : topicsMember.position();
    }

    // What it says.

    @Override
    public @Nullable Frame next() {
        changesSaid = changes;
        if (changes > changesTold) {
            EventId cursor = hub.idAt(position());
            return Envelope.changed(cursor, changes);
        }
        if (pending.isEmpty()) {
            return null;
        }
        Map.Entry<MemberName, Frame> oldest = pending.entrySet().iterator().next();
        said = oldest.getKey();
        return oldest.getValue();
    }

    @Override
    public void taken() {
        if (changesSaid > changesTold) {
            changesTold = changesSaid;
        } else {
            pending.keySet().remove(said);
        }
    }

    @Override
    public void ended() {
        onEnd.accept(session);
    }
}
