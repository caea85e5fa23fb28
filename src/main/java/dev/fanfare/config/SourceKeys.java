package dev.fanfare.config;

import dev.fanfare.config.ConfiguredSource.Access;
import java.time.Duration;
import java.util.List;

/** The keys of one status source; {@code NAME}, {@code PARAM} and {@code X} stand for what each configuration has there. */
final class SourceKeys {
    private static final Duration ONE_DAY = Duration.ofDays(1);

    static final Key<String> URL = Key.without("status.NAME.url", Form.text("an http or https URL"), "");
    static final Key<List<String>> PARAMS =
            Key.without("status.NAME.params", Form.list("names of parameters"), "the places in the URL");
    static final Key<String> PATTERN =
            Key.without("status.NAME.pattern.PARAM", Form.text("a regular expression"), "none");
    static final Key<Duration> EVERY =
            Key.of("status.NAME.every", Form.duration(Duration.ofMillis(100), ONE_DAY), "5s");
    static final Key<Duration> TIMEOUT =
            Key.of("status.NAME.timeout", Form.duration(Duration.ofMillis(10), Duration.ofMinutes(10)), "5s");
    static final Key<Duration> LINGER = Key.of("status.NAME.linger", Form.duration(Duration.ZERO, ONE_DAY), "60s");
    static final Key<Duration> RETRY =
            Key.of("status.NAME.retry", Form.duration(Duration.ZERO, Duration.ofDays(30)), "30s");
    static final Key<String> END =
            Key.without("status.NAME.end", Form.text("JSON Pointers with the values that end it"), "none");
    static final Key<List<String>> IGNORE = Key.without("status.NAME.ignore", Form.list("JSON Pointers"), "none");
    static final Key<Access> ACCESS = Key.without(
            "status.NAME.access", Form.oneOf(Access.class), "`token` where the source has a header, else `anonymous`");
    static final Key<String> HEADER = Key.without("status.NAME.header.X", Form.text("the value of a header"), "none");

    /** All of them. */
    static final List<Key<?>> ALL =
            List.of(URL, PARAMS, PATTERN, EVERY, TIMEOUT, LINGER, RETRY, END, IGNORE, ACCESS, HEADER);

    private SourceKeys() {}
}
