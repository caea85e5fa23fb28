package dev.fanfare.joint;

import dev.fanfare.hub.Hub;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.stream.HeapShare;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.WriterLoops;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens joint streams, and finds them by their sessions. Thread-safe; no method blocks. */
public final class JointStreams {
    private static final long ENVELOPE_BYTES = HeapShare.of(16, 16L << 20);
    /** Nobody guesses as many random bits. */
    private static final int SESSION_BYTES = 24;

    private final Hub hub;
    private final WriterLoops loops;
    private volatile int mostMembers;
    private final Envelopes envelopes;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, JointStream> bySession = new ConcurrentHashMap<>();

    /**
     * Streams of a hub's topics, and of statuses.
     *
     * @param mostMembers most members of a stream
     */
    public JointStreams(Hub hub, WriterLoops loops, int mostMembers) {
        this(hub, loops, mostMembers, ENVELOPE_BYTES);
    }

    /** @param envelopeBytes most bytes of events that are kept in their envelopes */
    JointStreams(Hub hub, WriterLoops loops, int mostMembers, long envelopeBytes) {
        this.hub = hub;
        this.loops = loops;
        this.mostMembers = mostMembers;
        this.envelopes = new Envelopes(envelopeBytes);
    }

    /**
     * Opens a stream. Where its topics begin is settled before the client gets the head of the answer, so that it gets what it
     * publishes then.
     *
     * @param opener sends the head and gives the outlet; asked once, in the caller's thread
     * @throws IllegalStateException if the service is closed
     */
    public void open(Supplier<Outlet> opener, JointRequest request) {
        ResumePoint start =
                request.start().equals(ResumePoint.NOW) ? ResumePoint.after(hub.dispatched()) : request.start();
        String session = newSession();
        JointStream opened = new JointStream(
                hub, loops, opener.get(), envelopes, mostMembers, request, start, session, bySession::remove);
        bySession.put(session, opened);
        try {
            opened.start();
        } catch (RuntimeException | Error e) {
            bySession.remove(session);
            throw e;
        }
    }

    private String newSession() {
        byte[] bytes = new byte[SESSION_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The stream that has this session; null if there is none, or none any more. */
    public @Nullable JointStream find(String session) {
        return bySession.get(session);
    }

    /** Has another bound for streams that are opened from now on. */
    public void takeMostMembers(int most) {
        mostMembers = most;
    }

    /** Most members of a stream. */
    public int mostMembers() {
        return mostMembers;
    }

    /** Those of all streams that are open. */
    Set<String> sessions() {
        return Set.copyOf(bySession.keySet());
    }

    Envelopes envelopes() {
        return envelopes;
    }
}
