package dev.fanfare.hub;

import dev.fanfare.event.Selector;
import dev.fanfare.stream.Permit;
import dev.fanfare.stream.Reader;
import dev.fanfare.wire.Form;
import dev.fanfare.wire.Frame;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client wants that joins a hub. Immutable.
 *
 * @param selectors what it gets events of; at least one
 * @param start where it begins in the log
 * @param rights which private events it may see
 * @param opening what is written before all else
 * @param reader what is known of the client's program
 * @param permit the stream ends with it, as it does after its longest duration; a client whose permit is over already gets
 *     the opening at most; null for no such limit
 * @param anonymous whether nobody vouches for the client; all such clients together get a smaller share of what templates may cost
 * @param form how it gets events
 * @param heartbeat gives each heartbeat, in a writer loop; must be quick. Null for the hub's own
 */
public record JoinRequest(
        Collection<Selector> selectors,
        ResumePoint start,
        Rights rights,
        List<Frame> opening,
        Reader reader,
        @Nullable Permit permit,
        boolean anonymous,
        Form form,
        @Nullable Supplier<Frame> heartbeat) {

    /** @throws IllegalArgumentException if there is no selector */
    public JoinRequest {
        if (selectors.isEmpty()) {
            throw new IllegalArgumentException("A subscription needs at least one selector");
        }
        selectors = List.copyOf(selectors);
        opening = List.copyOf(opening);
    }

    /** Public events from now on, for as long as the client stays, with nothing before them. */
    public static JoinRequest to(Collection<Selector> selectors) {
        return new JoinRequest(
                selectors,
                ResumePoint.NOW,
                Rights.PUBLIC_ONLY,
                List.of(),
                Reader.UNKNOWN,
                null,
                false,
                Form.PLAIN,
                null);
    }

    /** The same from another place in the log on. */
    public JoinRequest from(ResumePoint newStart) {
        return new JoinRequest(selectors, newStart, rights, opening, reader, permit, anonymous, form, heartbeat);
    }

    /** The same with other rights. */
    public JoinRequest with(Rights newRights) {
        return new JoinRequest(selectors, start, newRights, opening, reader, permit, anonymous, form, heartbeat);
    }

    /** The same with something to write first. */
    public JoinRequest opening(List<Frame> newOpening) {
        return new JoinRequest(selectors, start, rights, newOpening, reader, permit, anonymous, form, heartbeat);
    }

    /** The same for another program. */
    public JoinRequest reader(Reader newReader) {
        return new JoinRequest(selectors, start, rights, opening, newReader, permit, anonymous, form, heartbeat);
    }

    /** The same for as long as a permit holds. */
    public JoinRequest permit(@Nullable Permit newPermit) {
        return new JoinRequest(selectors, start, rights, opening, reader, newPermit, anonymous, form, heartbeat);
    }

    /** The same for a client that nobody vouches for, or that somebody does. */
    public JoinRequest anonymous(boolean nowAnonymous) {
        return new JoinRequest(selectors, start, rights, opening, reader, permit, nowAnonymous, form, heartbeat);
    }

    /** The same with events in another form. */
    public JoinRequest form(Form newForm) {
        return new JoinRequest(selectors, start, rights, opening, reader, permit, anonymous, newForm, heartbeat);
    }

    /** The same with other heartbeats. */
    public JoinRequest heartbeat(Supplier<Frame> newHeartbeat) {
        return new JoinRequest(selectors, start, rights, opening, reader, permit, anonymous, form, newHeartbeat);
    }
}
