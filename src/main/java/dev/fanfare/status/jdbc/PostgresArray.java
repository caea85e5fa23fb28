package dev.fanfare.status.jdbc;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonValue;
import java.util.function.Function;

/*
 *   {1,2,NULL}     {{"a b","\""},{"","null"}}     [0:1]={1,2}     {(3,4),(1,2);(7,8),(5,6)}
 *
 * A backslash takes the meaning from what follows. Bounds that are not the usual ones stand before; JSON has no way to say
 * them. See https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
/** Reads the text of an array of PostgreSQL. A text that is none stays what it is. Confined to one thread. */
final class PostgresArray {
    private final String text;
    private final char delimiter;
    private final Function<String, JsonValue> element;
    private int at;

    PostgresArray(String text, char delimiter, Function<String, JsonValue> element) {
        this.text = text;
        this.delimiter = delimiter;
        this.element = element;
    }

    JsonValue value() {
        at = text.startsWith("[") ? text.indexOf('=') + 1 : 0;
        try {
            return array();
        } catch (IndexOutOfBoundsException e) {
            return Json.createValue(text);
        }
    }

    private JsonValue array() {
        JsonArrayBuilder elements = Json.createArrayBuilder();
        // The brace that opens it.
        at++;
        while (text.charAt(at) != '}') {
            elements.add(next());
            if (text.charAt(at) == delimiter) {
                at++;
            }
        }
        at++;
        return elements.build();
    }

    private JsonValue next() {
        if (text.charAt(at) == '{') {
            return array();
        }
        if (text.charAt(at) == '"') {
            at++;
            String quoted = upTo("\"");
            at++;
            return element.apply(quoted);
        }
        String bare = upTo(delimiter + "}");
        return bare.equals("NULL") ? JsonValue.NULL : element.apply(bare);
    }

    private String upTo(String ends) {
        StringBuilder out = new StringBuilder();
        while (ends.indexOf(text.charAt(at)) < 0) {
            if (text.charAt(at) == '\\') {
                at++;
            }
            out.append(text.charAt(at));
            at++;
        }
        return out.toString();
    }
}
