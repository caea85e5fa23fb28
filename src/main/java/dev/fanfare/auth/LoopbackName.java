package dev.fanfare.auth;

import java.util.Locale;
import java.util.regex.Pattern;

/** Names that mean this machine wherever they are used, told without a look-up, which may take as long as a resolver likes. */
public final class LoopbackName {
    private static final Pattern FORM =
            Pattern.compile("(?:[a-z0-9-]+\\.)*localhost\\.?|127(?:\\.[0-9]{1,3}){3}|\\[(?:0{0,4}:){2,7}0{0,3}1]");

    private LoopbackName() {}

    /** Whether a host, as it stands in a URL, is {@code localhost}, a name below it, or a loopback address. */
    public static boolean matches(String host) {
        return FORM.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }
}
