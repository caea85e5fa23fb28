package dev.fanfare.rest;

import dev.fanfare.auth.LoopbackName;
import java.net.URI;

/**
 * The names of a server that only its own machine reaches. Immutable.
 *
 * @param host the one that it listens on, as URLs have it
 */
public record LocalNames(String host) {
    /** Whether a request's base is at one of them. One without any host is from no browser. */
    boolean include(URI base) {
        String asked = base.getHost();
        if (asked == null) { // also for a name that Java takes for none, such as one with an underscore
            return base.getRawAuthority() == null;
        }
        return asked.equalsIgnoreCase(host) || LoopbackName.matches(asked);
    }
}
