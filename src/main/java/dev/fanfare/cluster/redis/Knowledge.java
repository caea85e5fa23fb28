package dev.fanfare.cluster.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.log.SharedLog.Known;
import dev.fanfare.log.SharedLog.Life;
import dev.fanfare.log.SharedLog.Stand;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What this node knows of the log: the highest position that it has seen, and where the log stood last. Thread-safe. */
final class Knowledge {
    @GuardedBy("this")
    private Known known = Known.NOTHING;

    @GuardedBy("this")
    private @Nullable Stand stand;

    synchronized Known known() {
        return known;
    }

    synchronized Optional<Stand> stand() {
        return Optional.ofNullable(stand);
    }

    /** The node brings what it has from an earlier time. */
    synchronized void bring(Known brought) {
        List<Life> lives = known.lives().isEmpty() ? brought.lives() : known.lives();
        known = new Known(lives, Math.max(known.head(), brought.head()));
    }

    /** The node has seen a position. */
    synchronized void see(long position) {
        if (position > known.head()) {
            known = new Known(known.lives(), position);
        }
    }

    /** The engine has said where the log stands; whether there is a life that was not known. */
    synchronized boolean hear(Stand heard) {
        if (stand != null && heard.life().from() < stand.life().from()) {
            return false; // an answer that was overtaken by another connection's
        }
        boolean isNew = !heard.lives().equals(known.lives());
        stand = heard;
        if (isNew) {
            known = new Known(heard.lives(), known.head());
        }
        return isNew;
    }
}
