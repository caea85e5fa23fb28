package dev.fanfare.status.jdbc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;

/*
 * What is passed over, since a colon or a question mark in it is a part of it:
 *
 *   'text'  "name"  `name`     a quote in it is doubled, which looks like two texts side by side and comes out the same
 *   E'text'                    PostgreSQL: a backslash takes the next sign's meaning
 *   $$text$$  $tag$text$tag$   PostgreSQL
 *   -- to the end of the line
 *   slash-star ... star-slash  may be nested, as the standard has it
 *   ::                         a cast
 *   :=                         an assignment
 *   ??                         an operator of PostgreSQL, as its driver wants it written
 */
/**
 * One SQL statement with parameters such as {@code :job}, and the same with the question marks that JDBC has for them.
 * Immutable.
 */
final class NamedSql {
    private final String text;
    private final StringBuilder jdbc = new StringBuilder();
    private final List<String> names = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();
    private final List<Parentheses> parentheses = new ArrayList<>();
    private final Deque<Integer> open = new ArrayDeque<>();
    private int at;

    /** A pair of them in the text for JDBC. */
    record Parentheses(int open, int close) {}

    /** @throws IllegalArgumentException if it can't be used, saying why and what would be right */
    NamedSql(String text) {
        this.text = text;
        while (at < text.length()) {
            next();
        }
        if (jdbc.toString().isBlank()) {
            throw wrong("there is no statement in it");
        }
    }

    private void next() {
        char c = text.charAt(at);
        if (c == '\'') {
            copyTo(endOfQuoted(c, isEscaping()));
        } else if (c == '"' || c == '`') {
            copyTo(endOfQuoted(c, false));
        } else if (text.startsWith("--", at)) {
            int end = text.indexOf('\n', at);
            copyTo(end < 0 ? text.length() : end);
        } else if (text.startsWith("/*", at)) {
            copyTo(endOfComment());
        } else if (c == '$' && !isNamePart(at - 1)) {
            copyTo(endOfDollarQuoted());
        } else if (c == ':') {
            colon();
        } else if (c == '?') {
            if (!text.startsWith("??", at)) {
                throw wrong("it has a '?' at offset " + at + "; name the parameter, as in ':job'");
            }
            copyTo(at + 2);
        } else if (c == ';') {
            if (!isBlankFrom(at + 1)) {
                throw wrong("it has more than one statement");
            }
            at = text.length();
        } else {
            if (c == '(') {
                open.push(jdbc.length());
            } else if (c == ')' && !open.isEmpty()) {
                parentheses.add(new Parentheses(open.pop(), jdbc.length()));
            }
            copyTo(at + 1);
        }
    }

    private void copyTo(int end) {
        jdbc.append(text, at, end);
        at = end;
    }

    private IllegalArgumentException wrong(String fault) {
        return new IllegalArgumentException("the SQL can't be used: " + fault
                + "; write one statement like 'select state from jobs where id = :job'");
    }

    /** Whether the quote here opens a text in which a backslash counts: E'...' that is not the end of a name. */
    private boolean isEscaping() {
        return at > 0 && (text.charAt(at - 1) == 'E' || text.charAt(at - 1) == 'e') && !isNamePart(at - 2);
    }

    private int endOfQuoted(char quote, boolean escaping) {
        for (int i = at + 1; i < text.length(); i++) {
            if (text.charAt(i) == quote) {
                return i + 1;
            }
            if (escaping && text.charAt(i) == '\\') {
                i++;
            }
        }
        throw wrong("the " + quote + " at offset " + at + " has no counterpart");
    }

    private int endOfComment() {
        int depth = 0;
        for (int i = at; i < text.length() - 1; i++) {
            if (text.startsWith("/*", i)) {
                depth++;
                i++;
            } else if (text.startsWith("*/", i)) {
                depth--;
                i++;
                if (depth == 0) {
                    return i + 1;
                }
            }
        }
        throw wrong("the comment at offset " + at + " has no end");
    }

    /** The end of $tag$...$tag$; just behind the dollar sign if it opens none. */
    private int endOfDollarQuoted() {
        int tagEnd = at + 1;
        while (isNamePart(tagEnd) && text.charAt(tagEnd) != '$' && !(tagEnd == at + 1 && isDigit(tagEnd))) {
            tagEnd++;
        }
        if (tagEnd >= text.length() || text.charAt(tagEnd) != '$') {
            return at + 1;
        }
        String tag = text.substring(at, tagEnd + 1);
        int end = text.indexOf(tag, tagEnd + 1);
        if (end < 0) {
            throw wrong("the " + tag + " at offset " + at + " has no counterpart");
        }
        return end + tag.length();
    }

    private void colon() {
        if (text.startsWith("::", at) || text.startsWith(":=", at)) {
            copyTo(at + 2);
            return;
        }
        int end = at + 1;
        if (isNamePart(end) && !isDigit(end)) {
            while (isNamePart(end)) {
                end++;
            }
            names.add(text.substring(at + 1, end));
            places.add(jdbc.length());
            jdbc.append('?');
            at = end;
        } else {
            copyTo(at + 1);
        }
    }

    private boolean isNamePart(int index) {
        if (index < 0 || index >= text.length()) {
            return false;
        }
        char c = text.charAt(index);
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || isDigit(index);
    }

    private boolean isDigit(int index) {
        return text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private boolean isBlankFrom(int index) {
        return text.substring(index).isBlank();
    }

    /** The statement as JDBC wants it. */
    String jdbc() {
        return jdbc.toString();
    }

    /** The name for each question mark, from left to right. */
    List<String> names() {
        return List.copyOf(names);
    }

    /** Where each question mark is in the text for JDBC. */
    List<Integer> places() {
        return List.copyOf(places);
    }

    /** The parentheses around a place in the text for JDBC, from the inmost on. */
    List<Parentheses> around(int place) {
        return parentheses.stream()
                .filter(pair -> pair.open() < place && place < pair.close())
                .toList();
    }

    /** The names, each once. */
    List<String> parameters() {
        return List.copyOf(new LinkedHashSet<>(names));
    }
}
