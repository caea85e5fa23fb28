package dev.fanfare.status;

import dev.fanfare.event.Event;
import dev.fanfare.event.Ranges;
import dev.fanfare.status.rules.ChangeRule;
import dev.fanfare.status.rules.EndCondition;
import dev.fanfare.status.rules.Pace;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a source is asked, and what its statuses mean.
 *
 * @param every from one poll to the next; 100 ms to 1 d
 * @param timeout how long a poll may take; 10 ms to 10 min
 * @param linger how long a watch stays after the last client has left, or after the status has ended; 0 to 1 d
 * @param retry the reconnection delay told to clients on opening; 0 to 30 d
 * @param params the names of the parameters, each of which a client has to give
 * @param patterns what values must match whole, by the name of the parameter
 * @param end when a status has ended
 * @param change when a status has changed
 * @param pace how often changes are sent
 * @param maxWatches most watches at a time; 1 to 1,000,000
 * @param maxPolls most polls of this source at a time; 1 to 10,000
 * @param goneAfter how long a source has to say that it does not know a status any more until the status has ended; 0 to 1 d
 * @param missing what becomes of a stream of a status that is not there yet; null for {@link Missing#WAIT} where statuses are
 *     pushed, else {@link Missing#NOT_FOUND}
 */
public record SourceSettings(
        Duration every,
        Duration timeout,
        Duration linger,
        Duration retry,
        List<String> params,
        Map<String, Pattern> patterns,
        EndCondition end,
        ChangeRule change,
        Pace pace,
        int maxWatches,
        int maxPolls,
        Duration goneAfter,
        @Nullable Missing missing) {

    /** What becomes of a stream of a status that is not there yet. */
    public enum Missing {
        /** It opens, and waits for the status. A snapshot is 404. */
        WAIT,
        /** It is 404, as a snapshot is. */
        NOT_FOUND
    }

    /** Names in the query of a status that are not parameters of its source. */
    public static final Set<String> RESERVED_NAMES = Set.of(
            "ignore",
            "deadband",
            "min-interval",
            "debounce",
            "form",
            "heartbeat",
            "lastEventID",
            "lastEventId",
            "Last-Event-ID",
            "authorization");

    /** What holds unless it is set: most polls of a source at a time. */
    public static final int DEFAULT_MAX_POLLS = 100;

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,63}");

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public SourceSettings {
        Ranges.requireBetween("every", every, Duration.ofMillis(100), Duration.ofDays(1));
        Ranges.requireBetween("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(10));
        Ranges.requireBetween("linger", linger, Duration.ZERO, Duration.ofDays(1));
        Ranges.requireBetween("retry", retry, Duration.ZERO, Event.MAX_RETRY);
        Ranges.requireBetween("gone-after", goneAfter, Duration.ZERO, Duration.ofDays(1));
        params = List.copyOf(params);
        patterns = Map.copyOf(patterns);
        requireNames(params);
        for (String name : patterns.keySet()) {
            if (!params.contains(name)) {
                throw new IllegalArgumentException("there is a pattern for '" + name
                        + "', which is not a parameter; the parameters are " + params);
            }
        }
        Ranges.requireBetween("watches", maxWatches, 1, 1_000_000);
        Ranges.requireBetween("polls", maxPolls, 1, 10_000);
    }

    /** What {@link #goneAfter} is unless it is set: three polls, at least 15 s and at most a day. */
    public static Duration defaultGoneAfter(Duration every) {
        Duration polls = every.multipliedBy(3);
        Duration least = Duration.ofSeconds(15);
        Duration most = Duration.ofDays(1);
        return polls.compareTo(least) < 0 ? least : polls.compareTo(most) > 0 ? most : polls;
    }

    private static void requireNames(List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("the parameter name '" + name
                        + "' is not allowed; a name is a letter or _ and up to 63 letters, digits, '_', '.' or '-'");
            }
            if (RESERVED_NAMES.contains(name)) {
                throw new IllegalArgumentException("the parameter name '" + name + "' is reserved; so are "
                        + RESERVED_NAMES.stream().sorted().toList());
            }
            if (!seen.add(name)) {
                throw new IllegalArgumentException("the parameter '" + name + "' is named twice");
            }
        }
    }

    /** A builder with the defaults: every 5 s, timeout 5 s, linger 60 s, retry 30 s, no parameter, no end, 1000 watches, 100 polls at a time. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {
        private Duration every = Duration.ofSeconds(5);
        private Duration timeout = Duration.ofSeconds(5);
        private Duration linger = Duration.ofSeconds(60);
        private Duration retry = Duration.ofSeconds(30);
        private List<String> params = List.of();
        private Map<String, Pattern> patterns = Map.of();
        private EndCondition end = EndCondition.NEVER;
        private ChangeRule change = ChangeRule.ANY;
        private @Nullable Duration goneAfter;
        private @Nullable Missing missing;
        private Pace pace = Pace.AT_ONCE;
        private int maxWatches = 1000;
        private int maxPolls = DEFAULT_MAX_POLLS;

        private Builder() {}

        public Builder every(Duration value) {
            every = value;
            return this;
        }

        public Builder timeout(Duration value) {
            timeout = value;
            return this;
        }

        public Builder linger(Duration value) {
            linger = value;
            return this;
        }

        public Builder retry(Duration value) {
            retry = value;
            return this;
        }

        public Builder params(String... names) {
            params = List.of(names);
            return this;
        }

        public Builder patterns(Map<String, Pattern> values) {
            patterns = Map.copyOf(values);
            return this;
        }

        /** Sets the end condition from text such as {@code /status=done,failed}; see {@link EndCondition#parse}. */
        public Builder end(String condition) {
            end = EndCondition.parse(condition);
            return this;
        }

        /** Sets the JSON Pointers of what does not count as a change; see {@link ChangeRule#ignoring}. */
        public Builder ignore(String... pointers) {
            change = ChangeRule.ignoring(List.of(pointers));
            return this;
        }

        /** Sets when a status has changed, with dead-bands of numbers. */
        public Builder change(ChangeRule rule) {
            change = rule;
            return this;
        }

        /** Sets how often changes are sent. */
        public Builder pace(Pace value) {
            pace = value;
            return this;
        }

        public Builder maxWatches(int value) {
            maxWatches = value;
            return this;
        }

        public Builder maxPolls(int value) {
            maxPolls = value;
            return this;
        }

        /** Sets how long a status has to be missing until it has ended; by default three polls, and at least 15 s. */
        public Builder goneAfter(Duration value) {
            goneAfter = value;
            return this;
        }

        /** Sets what becomes of a stream of a status that is not there yet. */
        public Builder missing(Missing value) {
            missing = value;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException as the constructor of {@link SourceSettings}
         */
        public SourceSettings build() {
            return new SourceSettings(
                    every,
                    timeout,
                    linger,
                    retry,
                    params,
                    patterns,
                    end,
                    change,
                    pace,
                    maxWatches,
                    maxPolls,
                    goneAfter == null ? defaultGoneAfter(every) : goneAfter,
                    missing);
        }
    }
}
