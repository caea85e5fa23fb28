package dev.fanfare.rest.cors;

import static java.lang.System.Logger.Level.WARNING;

import dev.fanfare.event.MeteredText;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Decides on one {@code Origin} header. Thread-safe. */
public final class AllowedOrigins {

    private static final System.Logger LOG = System.getLogger(AllowedOrigins.class.getName());

    /** A host name has at most 253 characters (RFC 1035, 2.3.4), so no real origin comes near. */
    private static final int LONGEST_ORIGIN = 512;

    private static final int MOST_READS = 100_000;

    private final boolean all;
    private final Set<String> listed;
    private final @Nullable Pattern regex;

    /** Once is enough for the operator, and a client must not fill the log. */
    private final AtomicBoolean toldOfUsedUp = new AtomicBoolean();

    /** Decides by these settings. */
    public AllowedOrigins(CorsSettings settings) {
        all = settings.allowOrigins().contains(CorsSettings.ANY);
        listed = Set.copyOf(settings.allowOrigins());
        regex = settings.allowOriginRegex() == null ? null : Pattern.compile(settings.allowOriginRegex());
    }

    /** Whether every origin may read, so that answers need not name one. */
    boolean all() {
        return all;
    }

    /** Whether answers differ with {@code Origin}, present or not: what {@code Vary} has to tell caches. */
    boolean decideByOrigin() {
        return !all && (!listed.isEmpty() || regex != null);
    }

    /**
     * Whether a page of this origin may read.
     *
     * @param origin the header's values; none, or more than one, are never allowed one by one
     */
    boolean allow(@Nullable List<String> origin) {
        return all || (origin != null && origin.size() == 1 && allows(origin.get(0)));
    }

    /**
     * Whether the origin is listed or matches the regular expression; {@code *} does not count. For requests that a page may send
     * without a preflight.
     *
     * @param origin the header's values; none, or more than one, are not allowed
     */
    public boolean allowByName(@Nullable List<String> origin) {
        return origin != null && origin.size() == 1 && allows(origin.get(0));
    }

    private boolean allows(String origin) {
        if (origin.length() > LONGEST_ORIGIN || !CorsSettings.isOrigin(origin)) {
            return false;
        }
        return listed.contains(origin) || (regex != null && matches(regex, origin));
    }

    private boolean matches(Pattern regex, String origin) {
        try {
            return MeteredText.matches(regex, origin, MOST_READS);
        } catch (MeteredText.UsedUp e) {
            if (toldOfUsedUp.compareAndSet(false, true)) {
                LOG.log(WARNING, "allow-origin-regex is too costly for some origins and refuses them: {0}", regex);
            }
            return false;
        }
    }
}
