package dev.fanfare.status;

import dev.fanfare.event.Durations;
import dev.fanfare.status.rules.ChangeRule;
import dev.fanfare.status.rules.DeadBand;
import dev.fanfare.status.rules.Pace;
import dev.fanfare.status.rules.RuleSet;
import dev.fanfare.status.rules.UpdateForm;
import dev.fanfare.stream.Permit;
import dev.fanfare.stream.Reader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one client wants of a status beside its parameters: what shall not count as a change to it, how often changes are
 * sent and in which form, how heartbeats look. A client can only have less sent than the source's own rules would. Immutable.
 */
public final class StreamOptions {
    /** Most pointers to ignore, and most dead-bands, of one client. */
    public static final int MAX_POINTERS = 20;

    /** Most bytes of each of these query parameters, all its values together. */
    static final int MAX_CHARS = 2048;

    private static final String HEARTBEAT = "heartbeat";

    private final RuleSet rules;
    private final boolean heartbeatEvents;
    private final @Nullable Duration heartbeat;
    private final @Nullable Permit permit;

    private StreamOptions(
            RuleSet rules, boolean heartbeatEvents, @Nullable Duration heartbeat, @Nullable Permit permit) {
        this.rules = rules;
        this.heartbeatEvents = heartbeatEvents;
        this.heartbeat = heartbeat;
        this.permit = permit;
    }

    /** The source's own rules, nothing else. */
    public static StreamOptions of(SourceSettings settings) {
        return new StreamOptions(new RuleSet(settings.change(), settings.pace(), UpdateForm.WHOLE), false, null, null);
    }

    /**
     * Reads {@code ignore}, {@code deadband}, {@code min-interval}, {@code debounce}, {@code form} and {@code heartbeat}.
     *
     * @throws ParamsRefused saying what is wrong, and what would be right
     */
    public static StreamOptions read(SourceSettings settings, Map<String, List<String>> query) {
        ChangeRule wanted = ChangeRule.ANY;
        List<String> ignore = list("ignore", query);
        List<String> bands = list("deadband", query);
        if (!ignore.isEmpty() || !bands.isEmpty()) {
            List<DeadBand> parsed =
                    read("deadband", () -> bands.stream().map(DeadBand::parse).toList());
            wanted = read("ignore", () -> ChangeRule.of(ignore, parsed));
        }
        Pace pace = new Pace(duration("min-interval", query), duration("debounce", query));
        UpdateForm form = form(query);
        List<String> words = new ArrayList<>();
        List<String> durations = new ArrayList<>();
        for (String value : query.getOrDefault(HEARTBEAT, List.of())) {
            (Character.isDigit(value.isEmpty() ? 'c' : value.charAt(0)) ? durations : words).add(value);
        }
        boolean events = oneOf(HEARTBEAT, List.of("comment", "event"), Map.of(HEARTBEAT, words))
                .equals("event");
        String silence = only(HEARTBEAT, Map.of(HEARTBEAT, durations));
        return new StreamOptions(
                new RuleSet(
                        settings.change().narrowedBy(wanted), settings.pace().slowedBy(pace), form),
                events,
                silence == null ? null : read(HEARTBEAT, () -> Reader.heartbeat(silence)),
                null);
    }

    private interface Parser<T> {
        T read();
    }

    private static <T> T read(String name, Parser<T> parser) {
        try {
            return parser.read();
        } catch (IllegalArgumentException e) {
            throw new ParamsRefused("The parameter '" + name + "' can't be used: " + e.getMessage());
        }
    }

    private static List<String> list(String name, Map<String, List<String>> query) {
        List<String> items = new ArrayList<>();
        int chars = 0;
        for (String value : query.getOrDefault(name, List.of())) {
            chars += value.length();
            for (String item : value.split(",", -1)) {
                if (!item.isBlank()) {
                    items.add(item.strip());
                }
            }
        }
        if (chars > MAX_CHARS || items.size() > MAX_POINTERS) {
            throw new ParamsRefused("The parameter '" + name + "' is too long: at most " + MAX_POINTERS + " items and "
                    + MAX_CHARS + " characters are allowed");
        }
        return items;
    }

    private static Duration duration(String name, Map<String, List<String>> query) {
        String text = only(name, query);
        if (text == null) {
            return Duration.ZERO;
        }
        try {
            Duration duration = Durations.parse(text);
            if (duration.compareTo(Pace.MOST) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException e) {
            // Refused below, like one that is too long.
        }
        throw new ParamsRefused(
                "The parameter '" + name + "' must be a duration up to 1h, such as 500ms, 2s, 1m or 1h");
    }

    private static UpdateForm form(Map<String, List<String>> query) {
        return UpdateForm.of(oneOf("form", UpdateForm.texts(), query));
    }

    /** One of some words; the first one if none is given. */
    private static String oneOf(String name, List<String> allowed, Map<String, List<String>> query) {
        String text = only(name, query);
        if (text != null && !allowed.contains(text)) {
            throw new ParamsRefused("The parameter '" + name + "' must be one of " + String.join(", ", allowed));
        }
        return text == null ? allowed.get(0) : text;
    }

    private static @Nullable String only(String name, Map<String, List<String>> query) {
        List<String> values = query.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw new ParamsRefused("The parameter '" + name + "' is given " + values.size() + " times; give it once");
        }
        return values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
    }

    /**
     * These options for a stream that ends with a permit.
     *
     * @param wanted null for a stream that needs none
     */
    public StreamOptions permittedBy(@Nullable Permit wanted) {
        return new StreamOptions(rules, heartbeatEvents, heartbeat, wanted);
    }

    /** These options with heartbeats after another time; null for what is configured. */
    public StreamOptions withHeartbeat(@Nullable Duration other) {
        return new StreamOptions(rules, heartbeatEvents, other, permit);
    }

    /** How long the stream may be silent at most; null for as long as is configured. */
    public @Nullable Duration heartbeat() {
        return heartbeat;
    }

    @Nullable
    public Permit permit() {
        return permit;
    }

    public RuleSet rules() {
        return rules;
    }

    /** Whether heartbeats are events, which a page can see, instead of comments. */
    public boolean heartbeatEvents() {
        return heartbeatEvents;
    }
}
