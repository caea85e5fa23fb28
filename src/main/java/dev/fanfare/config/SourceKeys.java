package dev.fanfare.config;

import dev.fanfare.auth.Access;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.http.AcceptedAnswers;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Rows;
import dev.fanfare.status.rules.Pace;
import java.time.Duration;
import java.util.List;

/** The keys of one status source; {@code NAME}, {@code PARAM} and {@code X} stand for what each configuration has there. */
final class SourceKeys {
    private static final Duration ONE_DAY = Duration.ofDays(1);

    static final Key<String> URL = Key.without("status.NAME.url", ValueFormat.text("an http or https URL"), "");
    static final Key<List<String>> ACCEPT_STATUS =
            Key.of("status.NAME.accept-status", ValueFormat.list("HTTP status codes"), "200");
    static final Key<AcceptedAnswers.Type> TYPE =
            Key.of("status.NAME.type", ValueFormat.oneOf(AcceptedAnswers.Type.class), "auto");
    static final Key<String> JDBC_URL = Key.without("status.NAME.jdbc-url", ValueFormat.text("a URL of JDBC"), "");
    static final Key<String> USER = Key.without("status.NAME.user", ValueFormat.text("a name"), "none");
    static final Key<String> PASSWORD = Key.without("status.NAME.password", ValueFormat.text("a secret"), "none");
    static final Key<String> DATA_SOURCE = Key.without("status.NAME.datasource", ValueFormat.text("a JNDI name"), "");
    static final Key<String> SQL = Key.without("status.NAME.sql", ValueFormat.text("one SQL statement"), "");
    static final Key<Rows> ROWS = Key.of("status.NAME.rows", ValueFormat.oneOf(Rows.class), "auto");
    static final Key<String> FOLDER = Key.without("status.NAME.folder", ValueFormat.text("a folder"), "");
    static final Key<String> FILE = Key.without("status.NAME.file", ValueFormat.text("a file in the folder"), "");
    static final Key<Boolean> PUSH = Key.of("status.NAME.push", ValueFormat.flag(), "false");
    static final Key<List<String>> PARAMS = Key.without(
            "status.NAME.params",
            ValueFormat.list("names of parameters"),
            "the placeholders in the URL or the file, those of the SQL");
    static final Key<String> PATTERN =
            Key.without("status.NAME.pattern.PARAM", ValueFormat.text("a regular expression"), "none");
    static final Key<Duration> EVERY =
            Key.of("status.NAME.every", ValueFormat.duration(Duration.ofMillis(100), ONE_DAY), "5s");
    static final Key<Duration> TIMEOUT =
            Key.of("status.NAME.timeout", ValueFormat.duration(Duration.ofMillis(10), Duration.ofMinutes(10)), "5s");
    static final Key<Duration> LINGER =
            Key.of("status.NAME.linger", ValueFormat.duration(Duration.ZERO, ONE_DAY), "60s");
    static final Key<Duration> RETRY =
            Key.of("status.NAME.retry", ValueFormat.duration(Duration.ZERO, Duration.ofDays(30)), "30s");
    static final Key<Integer> POLLS = Key.of("status.NAME.polls", ValueFormat.number(1, 10_000), "100");
    static final Key<String> END =
            Key.without("status.NAME.end", ValueFormat.text("JSON Pointers with the values that end it"), "none");
    static final Key<List<String>> IGNORE =
            Key.without("status.NAME.ignore", ValueFormat.list("JSON Pointers"), "none");
    static final Key<List<String>> DEADBAND =
            Key.without("status.NAME.deadband", ValueFormat.list("JSON Pointers with widths"), "none");
    static final Key<Duration> MIN_INTERVAL =
            Key.of("status.NAME.min-interval", ValueFormat.duration(Duration.ZERO, Pace.MOST), "0s");
    static final Key<Duration> DEBOUNCE =
            Key.of("status.NAME.debounce", ValueFormat.duration(Duration.ZERO, Pace.MOST), "0s");
    static final Key<Access> ACCESS = Key.without(
            "status.NAME.access",
            ValueFormat.oneOf(Access.class),
            "`token` where the source has a header, a database or files, else `anonymous`");
    static final Key<Duration> GONE_AFTER = Key.without(
            "status.NAME.gone-after", ValueFormat.duration(Duration.ZERO, ONE_DAY), "three polls, at least 15s");
    static final Key<SourceSettings.Missing> MISSING = Key.without(
            "status.NAME.missing",
            new ValueFormat<>("`wait` or `404`", text -> switch (text) {
                case "wait" -> SourceSettings.Missing.WAIT;
                case "404" -> SourceSettings.Missing.NOT_FOUND;
                default -> throw new IllegalArgumentException("is neither");
            }),
            "`wait` where statuses are pushed, or come from a database or files, else `404`");
    static final Key<String> HEADER =
            Key.without("status.NAME.header.X", ValueFormat.text("the value of a header"), "none");

    /** All of them. */
    static final List<Key<?>> ALL = List.of(
            URL,
            ACCEPT_STATUS,
            TYPE,
            JDBC_URL,
            USER,
            PASSWORD,
            DATA_SOURCE,
            SQL,
            ROWS,
            FOLDER,
            FILE,
            PUSH,
            PARAMS,
            PATTERN,
            EVERY,
            TIMEOUT,
            LINGER,
            RETRY,
            POLLS,
            END,
            IGNORE,
            DEADBAND,
            MIN_INTERVAL,
            DEBOUNCE,
            GONE_AFTER,
            MISSING,
            ACCESS,
            HEADER);

    private SourceKeys() {}
}
