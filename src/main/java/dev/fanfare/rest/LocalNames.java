package dev.fanfare.rest;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The names of a server that only its own machine reaches. Immutable.
 *
 * @param host the one that it listens on, as URLs have it
 */
public record LocalNames(String host) {
    private static final Pattern LOOPBACK =
            Pattern.compile("(?:[a-z0-9-]+\\.)*localhost\\.?|127(?:\\.[0-9]{1,3}){3}|\\[(?:0{0,4}:){2,7}0{0,3}1]");

    /** Whether a request's base is at one of them. One without any host is from no browser. */
    boolean include(URI base) {
        String asked = base.getHost();
        if (asked == null) { // also for a name that Java takes for none, such as one with an underscore
            return base.getRawAuthority() == null;
        }
        return asked.equalsIgnoreCase(host)
                || LOOPBACK.matcher(asked.toLowerCase(Locale.ROOT)).matches();
    }
}
