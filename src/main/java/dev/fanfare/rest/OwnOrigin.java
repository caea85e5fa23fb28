package dev.fanfare.rest;

import dev.fanfare.rest.cors.AllowedOrigins;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides whose pages may change something here. A browser sends a form, and cookies, to any server for any page; its {@code
 * Origin} says whose page it was. Thread-safe.
 */
final class OwnOrigin {
    private static final Pattern DEFAULT_PORT = Pattern.compile("(?<=^http:.{1,300}):80$|(?<=^https:.{1,300}):443$");

    private final AllowedOrigins allowed;
    private final @Nullable LocalNames local;

    /** @param local null where other machines reach the server, which then has names that nobody here knows */
    OwnOrigin(AllowedOrigins allowed, @Nullable LocalNames local) {
        this.allowed = allowed;
        this.local = local;
    }

    /** @param origin the header's values */
    boolean mayChange(@Nullable List<String> origin, URI base) {
        return isOwn(origin, base) || allowed.allowByName(origin);
    }

    /** The host is the client's to say, so a name that somebody else lets point here (DNS rebinding) is no own one. */
    private boolean isOwn(@Nullable List<String> origin, URI base) {
        return origin != null
                && origin.size() == 1
                && origin.get(0).equals(of(base))
                && (local == null || local.include(base));
    }

    private static String of(URI base) {
        String origin = base.getScheme() + "://" + base.getRawAuthority();
        return DEFAULT_PORT.matcher(origin).replaceFirst("");
    }
}
