package dev.fanfare.status.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/*
 *   where id = any(string_to_array(?, ',')::int[])
 *                                  -                     the parameter
 *                  ---------------------------------     a call around it, and the cast behind
 *              ---------------------------------------   a call around that
 *
 * A call is a pair of parentheses with the word before it, or without, since that word may be no function's. Many of these are
 * no expression that stands alone, or name a column; the database says so. One with a SELECT in it is left out: it may read
 * data.
 */
/** The parts of a statement around a parameter that may depend on parameters and constants alone. Stateless. */
final class OwnExpressions {
    private static final int MAX_DEPTH = 16;

    private static final Pattern CASTS = Pattern.compile(
            "(?:\\s*::\\s*(?:double\\s+precision|(?:[\\w$]+|\"[^\"]+\")(?:\\.(?:[\\w$]+|\"[^\"]+\"))*)"
                    + "(?:\\s*\\([^()]*\\))?(?:\\s*\\[\\d*])*)+",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern WORD_BEFORE =
            Pattern.compile("(?:[\\w$]+|\"[^\"]+\")(?:\\.(?:[\\w$]+|\"[^\"]+\"))*\\s*$");

    private static final Pattern READS = Pattern.compile("\\b(?:select|table)\\b", Pattern.CASE_INSENSITIVE);

    private OwnExpressions() {}

    /** An expression and the parameters in it, by their place in the statement from 0 on. */
    record Expression(String sql, List<Integer> parameters) {}

    /** From the inmost on; each with a pair of parentheses or a cast, since a parameter alone says nothing. */
    static List<Expression> of(NamedSql sql, int parameter) {
        List<Expression> found = new ArrayList<>();
        int at = sql.places().get(parameter);
        int end = endOfCasts(sql.jdbc(), at + 1);
        if (end > at + 1) {
            add(sql, at, end, found);
        }
        for (NamedSql.Parentheses around : sql.around(at)) {
            String inside = sql.jdbc().substring(around.open(), around.close());
            if (READS.matcher(inside).find() || found.size() >= MAX_DEPTH) {
                break;
            }
            int after = endOfCasts(sql.jdbc(), around.close() + 1);
            Matcher word = WORD_BEFORE.matcher(sql.jdbc().substring(0, around.open()));
            if (word.find()) {
                add(sql, word.start(), after, found);
            }
            add(sql, around.open(), after, found);
        }
        return found;
    }

    private static int endOfCasts(String jdbc, int from) {
        Matcher casts = CASTS.matcher(jdbc).region(from, jdbc.length());
        return casts.lookingAt() ? casts.end() : from;
    }

    private static void add(NamedSql sql, int from, int to, List<Expression> found) {
        List<Integer> parameters = new ArrayList<>();
        for (int i = 0; i < sql.places().size(); i++) {
            int place = sql.places().get(i);
            if (place >= from && place < to) {
                parameters.add(i);
            }
        }
        found.add(new Expression(sql.jdbc().substring(from, to), parameters));
    }
}
