package dev.fanfare.auth;

import dev.fanfare.event.Topic;
import dev.fanfare.hub.Rights;
import dev.fanfare.stream.Permit;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a checked token, or its absence, allows. Immutable; {@code toString} shows no claim. */
public final class Grant {
    private final boolean anonymous;
    private final SelectorSet publish;
    private final SelectorSet subscribe;
    private final Rights rights;
    private final @Nullable Instant expiresAt;
    private final String scope;
    private final Permit permit;

    /**
     * @param publish what may be published to
     * @param subscribe what is seen of private events
     * @param rights those of {@code subscribe}, interned
     * @param holds whether the token holds still
     */
    Grant(
            boolean anonymous,
            SelectorSet publish,
            SelectorSet subscribe,
            Rights rights,
            @Nullable Instant expiresAt,
            String scope,
            BooleanSupplier holds) {
        this.anonymous = anonymous;
        this.publish = publish;
        this.subscribe = subscribe;
        this.rights = rights;
        this.expiresAt = expiresAt;
        this.scope = scope;
        this.permit = new Permit(null, holds);
    }

    /**
     * What everybody may without a token.
     *
     * @param holds whether that is still so
     */
    static Grant anonymous(boolean mayPublish, BooleanSupplier holds) {
        return new Grant(
                true,
                mayPublish ? SelectorSet.ALL : SelectorSet.NONE,
                SelectorSet.NONE,
                Rights.PUBLIC_ONLY,
                null,
                Scope.ANONYMOUS,
                holds);
    }

    /** Whether there was no token. */
    public boolean anonymous() {
        return anonymous;
    }

    /** Whether an event with these topics may be published: every one of them has to be allowed, and there has to be one. */
    public boolean mayPublish(List<Topic> topics) {
        return publish.matchesAll(topics);
    }

    /**
     * What is seen of private events: those with any topic that is allowed. Equal rights are the same object, so that
     * verdicts can be kept by them.
     */
    public Rights rights() {
        return rights;
    }

    /** Whether the token names {@code topic} among what it subscribes to; never so without a token. */
    public boolean maySubscribe(Topic topic) {
        return subscribe.matches(topic);
    }

    /**
     * When the token ends, and any stream with it; null for never. A moment beyond the year 2200 is given as its beginning, so
     * that the time until then can be counted in nanoseconds.
     */
    public @Nullable Instant expiresAt() {
        return expiresAt;
    }

    /**
     * Whether the token still holds: its key has not been removed, and the time of day is before its {@code exp}; without a token,
     * whether none is needed still. For streams,
     * which outlast the check at their opening. Never blocks.
     */
    public boolean holds() {
        return permit.holds().getAsBoolean();
    }

    /** Ends a stream once this does not hold any more, but not at {@link #expiresAt}; the same for all streams. */
    public Permit permit() {
        return permit;
    }

    /**
     * Who this is, to keep apart what different publishers call by the same name, such as idempotency keys. A digest of the
     * issuer and the subject, and where a token names no subject, of what it may publish to: so a renewed token has the scope
     * of the old one, also after a restart. 32 hexadecimal digits.
     */
    public String scope() {
        return scope;
    }

    @Override
    public String toString() {
        return "Grant[" + (anonymous ? "anonymous" : "by token") + "]";
    }
}
