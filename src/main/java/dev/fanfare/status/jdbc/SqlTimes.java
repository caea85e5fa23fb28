package dev.fanfare.status.jdbc;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Texts of times as statuses have them, always with seconds. Stateless. */
final class SqlTimes {
    private static final Pattern WITHOUT_SECONDS = Pattern.compile("(\\d\\d:\\d\\d)([+-].*|Z|)");

    private static final DateTimeFormatter LOCAL = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral(' ')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .toFormatter();

    /** PostgreSQL writes only as much of the offset as is needed. */
    private static final DateTimeFormatter WITH_OFFSET = new DateTimeFormatterBuilder()
            .append(LOCAL)
            .appendOffset("+HH:mm:ss", "+00")
            .toFormatter();

    private SqlTimes() {}

    /** {@code 2026-03-29T02:30:00.500}. */
    static String text(LocalDateTime local) {
        String text = local.toString();
        return local.getSecond() == 0 && local.getNano() == 0 ? text + ":00" : text;
    }

    /** A time with its seconds, also where they are zero and the driver leaves them out. */
    static @Nullable String time(@Nullable String text) {
        if (text == null) {
            return null;
        }
        Matcher matcher = WITHOUT_SECONDS.matcher(text);
        return matcher.matches() ? matcher.replaceFirst("$1:00$2") : text;
    }

    /** The same with a T for {@code 2026-03-29 02:30:00.5}; what Java has no value for ({@code infinity}) as it is. */
    static String local(String text) {
        try {
            return text(LocalDateTime.parse(text, LOCAL));
        } catch (DateTimeException e) {
            return text;
        }
    }

    /** The moment in UTC for {@code 2026-03-29 02:30:00.5+01}; what Java has no value for as it is. */
    static String moment(String text) {
        try {
            return OffsetDateTime.parse(text, WITH_OFFSET).toInstant().toString();
        } catch (DateTimeException e) {
            return text;
        }
    }
}
