package dev.fanfare.config;

import dev.fanfare.config.Values.Found;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Gathers what is wrong, so that everything can be told at once. Confined to one thread. */
final class Faults {
    private static final int LONGEST_SHOWN = 200;
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");
    /** A user and a password in a URL. */
    private static final Pattern USER_INFO = Pattern.compile("//[^/@ ]*@");

    /** The value of a parameter that is called a password, a token or a key somewhere. */
    private static final Pattern SECRET_PARAMETER = Pattern.compile(
            "([?&][^=&\\s'\"]*(?:pass|pwd|secret|token|key|auth)[^=&\\s'\"]*=)[^&\\s'\"]+", Pattern.CASE_INSENSITIVE);

    /** Some values are read in two places; each fault counts once. */
    private final Set<String> lines = new LinkedHashSet<>();

    /** A fault in words; a password in a URL is taken out, before its host and in its query. */
    void add(String line) {
        String oneLine = CONTROL.matcher(line).replaceAll(" ");
        String withoutUser = USER_INFO.matcher(oneLine).replaceAll("//...@");
        lines.add(SECRET_PARAMETER.matcher(withoutUser).replaceAll("$1..."));
    }

    /**
     * A value that won't do.
     *
     * @param wrong what is wrong, as it follows the value: "is too large"
     * @param right what would be right, as in "give a whole number, 0 to 65535"
     */
    void add(Found found, String wrong, String right) {
        add(found.key() + " = '" + shown(found.value()) + "' (" + found.origin() + ") " + wrong + ": " + right);
    }

    /** A value that won't do, with words that say both. */
    void add(Found found, String words) {
        add(found.key() + " = '" + shown(found.value()) + "' (" + found.origin() + "): " + words);
    }

    /** A value that nobody may see. */
    void addSecret(Found found, String words) {
        add(found.key() + " (" + found.origin() + ", value not shown): " + words);
    }

    /** How many there are so far. */
    int count() {
        return lines.size();
    }

    /** @throws ConfigFaults if there are any */
    void throwIfAny() {
        if (!lines.isEmpty()) {
            throw new ConfigFaults(List.copyOf(lines));
        }
    }

    private static String shown(String value) {
        return value.length() <= LONGEST_SHOWN ? value : value.substring(0, LONGEST_SHOWN) + "...";
    }
}
