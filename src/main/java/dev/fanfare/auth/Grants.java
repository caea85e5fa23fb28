package dev.fanfare.auth;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.event.Selector;
import dev.fanfare.hub.Rights;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.BooleanSupplier;

/** Makes grants of claims; equal rights become one object, for as long as somebody has it. Thread-safe. */
final class Grants {
    private final boolean forPublishers;
    private final boolean forSubscribers;
    private final RightsPool pool;

    /** The rights that somebody has. Thread-safe. */
    static final class RightsPool {
        @GuardedBy("this")
        private final Map<SelectorSet, WeakReference<SelectorSet>> pool = new WeakHashMap<>();

        synchronized SelectorSet interned(SelectorSet set) {
            WeakReference<SelectorSet> known = pool.get(set);
            SelectorSet same = known == null ? null : known.get();
            if (same != null) {
                return same;
            }
            pool.put(set, new WeakReference<>(set));
            return set;
        }

        synchronized int size() {
            return pool.size();
        }
    }

    /**
     * @param forPublishers whether the key's tokens may grant publishing
     * @param forSubscribers whether the key's tokens may grant subscribing
     */
    Grants(boolean forPublishers, boolean forSubscribers, RightsPool pool) {
        this.forPublishers = forPublishers;
        this.forSubscribers = forSubscribers;
        this.pool = pool;
    }

    /** @param holds whether the token holds still; asked while a stream is open */
    Grant of(Claims claims, BooleanSupplier holds) {
        SelectorSet publish = forPublishers ? set(claims.publish()) : SelectorSet.NONE;
        SelectorSet subscribe = forSubscribers ? set(claims.subscribe()) : SelectorSet.NONE;
        String scope = Scope.of(claims.issuer(), claims.subject(), publish);
        return new Grant(false, publish, subscribe, rights(subscribe), claims.expiresAt(), scope, holds);
    }

    private SelectorSet set(List<Selector> selectors) {
        SelectorSet set = new SelectorSet(selectors);
        return set.equals(SelectorSet.NONE)
                ? SelectorSet.NONE
                : set.selectsAll() ? SelectorSet.ALL : pool.interned(set);
    }

    private static Rights rights(SelectorSet subscribe) {
        if (subscribe.equals(SelectorSet.NONE)) {
            return Rights.PUBLIC_ONLY;
        }
        return subscribe.equals(SelectorSet.ALL) ? Rights.ALL : subscribe;
    }
}
