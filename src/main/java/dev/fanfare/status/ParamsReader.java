package dev.fanfare.status;

import dev.fanfare.event.MeteredText;
import dev.fanfare.status.watch.Statuses;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/** Reads from queries which status of a source is meant: a value that is allowed for each of its parameters. Thread-safe. */
public final class ParamsReader {
    private static final System.Logger LOG = System.getLogger(ParamsReader.class.getName());
    private static final int LONGEST_QUOTE = 60;
    private static final int MOST_READS = 1_000_000;

    private final String source;
    private final SourceSettings settings;

    /** Once is enough for the operator, and a client must not fill the log. */
    private final AtomicBoolean toldOfUsedUp = new AtomicBoolean();

    public ParamsReader(String source, SourceSettings settings) {
        this.source = source;
        this.settings = settings;
    }

    /**
     * The status that a query names.
     *
     * @param query names and values as they were given, decoded; reserved names are passed over
     * @throws ParamsRefused if a parameter is unknown, missing, repeated, empty, too long, or does not match its pattern
     */
    public StatusUrl url(Map<String, List<String>> query) {
        TreeMap<String, String> params = new TreeMap<>();
        for (var given : query.entrySet()) {
            if (!SourceSettings.RESERVED_NAMES.contains(given.getKey())) {
                params.put(given.getKey(), onlyValue(given.getKey(), given.getValue()));
            }
        }
        for (String param : settings.params()) {
            if (!params.containsKey(param)) {
                throw new ParamsRefused("The parameter '" + param + "' is missing; " + expected());
            }
        }
        try {
            return new StatusUrl(source, params);
        } catch (IllegalArgumentException e) {
            throw new ParamsRefused(
                    "All parameters together may have at most 4096 bytes, percent-encoded; shorten them");
        }
    }

    private String onlyValue(String name, List<String> values) {
        if (!settings.params().contains(name)) {
            throw new ParamsRefused("There is no parameter '" + shortened(name) + "'; " + expected());
        }
        if (values.size() != 1) {
            throw new ParamsRefused("The parameter '" + name + "' is given " + values.size() + " times; give it once");
        }
        String value = values.get(0);
        checkText(name, value);
        Pattern pattern = settings.patterns().get(name);
        if (pattern != null && !matches(pattern, value)) {
            throw new ParamsRefused("The value of '" + name + "' does not match " + pattern);
        }
        return value;
    }

    private boolean matches(Pattern pattern, String value) {
        try {
            return MeteredText.matches(pattern, value, MOST_READS);
        } catch (MeteredText.UsedUp e) {
            if (toldOfUsedUp.compareAndSet(false, true)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "The status source '" + source
                                + "' has a pattern that is too costly for some values and refuses" + " them: "
                                + pattern);
            }
            return false;
        }
    }

    private static void checkText(String name, String value) {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0) {
            throw new ParamsRefused("The parameter '" + name + "' has no value; give it one");
        }
        if (bytes > Statuses.MAX_VALUE_BYTES) {
            throw new ParamsRefused("The value of '" + name + "' has " + bytes + " bytes in UTF-8; at most "
                    + Statuses.MAX_VALUE_BYTES + " are allowed");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new ParamsRefused("The value of '" + name + "' has half a surrogate pair; it must be valid Unicode");
        }
    }

    private String expected() {
        return settings.params().isEmpty()
                ? "'" + source + "' takes none"
                : "'" + source + "' takes " + String.join(", ", settings.params());
    }

    /** A name that a client gave, short enough to be told back. */
    public static String shortened(String name) {
        return name.length() <= LONGEST_QUOTE ? name : name.substring(0, LONGEST_QUOTE) + "…";
    }
}
