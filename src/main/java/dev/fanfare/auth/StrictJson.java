package dev.fanfare.auth;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParser.Event;
import jakarta.json.stream.JsonParserFactory;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/*
 * Two readers of one token must not see different things in it, so what is ambiguous is refused: a name twice in an object
 * (RFC 7519, 4), broken UTF-8. What could cost more than its length is refused too: deep nesting and long numbers.
 */
/** Reads the JSON of tokens: strings, {@link Double}s, {@link Boolean}s, null, {@link List}s and {@link Map}s. Stateless. */
final class StrictJson {
    /** A token's claims need three levels; payloads of others' making are nested deeper. */
    static final int MAX_DEPTH = 16;

    private static final int MAX_NUMBER_CHARS = 40;
    private static final JsonParserFactory PARSERS = Json.createParserFactory(Map.of());

    private final JsonParser parser;

    private StrictJson(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * The object that is the whole text.
     *
     * @throws IllegalArgumentException saying what is wrong, without anything of the text
     */
    static Map<String, @Nullable Object> object(byte[] utf8) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("is not text in UTF-8", e);
        }
        try (JsonParser parser = PARSERS.createParser(new StringReader(text))) {
            if (parser.next() != Event.START_OBJECT) {
                throw new IllegalArgumentException("is not a JSON object");
            }
            Map<String, @Nullable Object> object = new StrictJson(parser).object(1);
            if (parser.hasNext()) {
                throw new IllegalArgumentException("has text after the JSON object");
            }
            return object;
        } catch (JsonException | NoSuchElementException | IllegalStateException e) {
            throw new IllegalArgumentException("is not a JSON object", e);
        }
    }

    private Map<String, @Nullable Object> object(int depth) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (parser.next() == Event.KEY_NAME) {
            String name = parser.getString();
            if (object.containsKey(name)) {
                throw new IllegalArgumentException("has a duplicate name in an object");
            }
            object.put(name, value(parser.next(), depth));
        }
        return object;
    }

    private List<@Nullable Object> array(int depth) {
        List<@Nullable Object> array = new ArrayList<>();
        for (Event event = parser.next(); event != Event.END_ARRAY; event = parser.next()) {
            array.add(value(event, depth));
        }
        return array;
    }

    private @Nullable Object value(Event event, int depth) {
        return switch (event) {
            case START_OBJECT -> object(deeper(depth));
            case START_ARRAY -> array(deeper(depth));
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER -> number(parser.getString());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new IllegalArgumentException("is not a JSON object");
        };
    }

    private static int deeper(int depth) {
        if (depth == MAX_DEPTH) {
            throw new IllegalArgumentException("is nested deeper than " + MAX_DEPTH + " levels");
        }
        return depth + 1;
    }

    private static Double number(String text) {
        if (text.length() > MAX_NUMBER_CHARS) {
            throw new IllegalArgumentException("has a number of more than " + MAX_NUMBER_CHARS + " characters");
        }
        return Double.valueOf(text);
    }
}
