package dev.fanfare.rest;

import dev.fanfare.event.Event;
import dev.fanfare.rest.problem.ErrorDetail;
import dev.fanfare.rest.problem.ProblemException;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
import jakarta.json.stream.JsonParsingException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Reads events to publish from JSON: an object, an array of objects, or one object a line (<a
 * href="https://github.com/ndjson/ndjson-spec">NDJSON</a>). An object has the fields of the form under the same names; {@code
 * topic} is a string or an array of strings, {@code data} a string or any other JSON value, which is published as its text. Stateless; what is wrong is a {@link ProblemException} that names the event.
 */
final class EventBatch {

    private static final String SHAPE = "{\"topic\": \"news\", \"data\": \"Hello\"}";

    /** More would leave the history of others no room; a batch that is larger is sent as several. */
    private static final int MOST_EVENTS = 10_000;

    private static final int DEEPEST = 64;

    /** Kept, since each call of {@link Json} looks for a provider anew. */
    private static final JsonParserFactory PARSERS = Json.createParserFactory(Map.of());

    private final int mostTopics;
    private final ReservedTopics reserved;

    EventBatch(int mostTopics, ReservedTopics reserved) {
        this.mostTopics = mostTopics;
        this.reserved = reserved;
    }

    /** Reads {@code application/json}. */
    List<Event> array(byte[] body) {
        List<Event> events = new ArrayList<>();
        read(RequestBodies.utf8(body), "The batch: ", parser -> {
            JsonParser.Event first = parser.next();
            if (first == JsonParser.Event.START_OBJECT) {
                events.add(event(parser, first, 1));
                return;
            }
            if (first != JsonParser.Event.START_ARRAY) {
                throw ProblemException.badRequest(
                        "The body is neither a JSON object nor an array of objects; send one event like " + SHAPE
                                + ", or several like [" + SHAPE + "].");
            }
            for (JsonParser.Event next = parser.next(); next != JsonParser.Event.END_ARRAY; next = parser.next()) {
                events.add(event(parser, next, events.size() + 1));
            }
        });
        return requireAny(events);
    }

    /** Reads {@code application/x-ndjson}; empty lines are left alone. */
    List<Event> lines(byte[] body) {
        List<Event> events = new ArrayList<>();
        for (String line : RequestBodies.utf8(body).split("\n", -1)) {
            if (!line.isBlank()) {
                int number = events.size() + 1;
                read(line, where(number), parser -> events.add(event(parser, parser.next(), number)));
            }
        }
        return requireAny(events);
    }

    private static List<Event> requireAny(List<Event> events) {
        if (events.isEmpty()) {
            throw ProblemException.badRequest("The batch has no event; it needs at least one, like " + SHAPE + ".");
        }
        return events;
    }

    private interface Content {
        void readFrom(JsonParser parser);
    }

    /** Gives the content of one JSON text to a reader, and makes sure that it is all there is. */
    private static void read(String text, String where, Content content) {
        try (JsonParser parser = PARSERS.createParser(new StringReader(text))) {
            content.readFrom(parser);
            if (parser.hasNext()) {
                throw ProblemException.badRequest(where + "more than one JSON value; send one.");
            }
        } catch (JsonParsingException e) {
            throw ProblemException.badRequest(
                    where + "invalid JSON at offset " + e.getLocation().getStreamOffset() + ".");
        } catch (JsonException | NoSuchElementException | IllegalStateException e) {
            throw ProblemException.badRequest(where + "invalid JSON, or JSON nested too deep.");
        }
    }

    private static String where(int number) {
        return "Event " + number + " of the batch: ";
    }

    private Event event(JsonParser parser, JsonParser.Event first, int number) {
        if (number > MOST_EVENTS) {
            throw ProblemException.badRequest(
                    "The batch has more than " + MOST_EVENTS + " events; send it as several.");
        }
        EventFields fields = new EventFields(mostTopics, reserved, where(number));
        if (first != JsonParser.Event.START_OBJECT) {
            throw fields.refused("it is not a JSON object; send one like " + SHAPE + ".");
        }
        Set<String> names = new HashSet<>();
        for (JsonParser.Event next = parser.next(); next != JsonParser.Event.END_OBJECT; next = parser.next()) {
            String name = parser.getString();
            if (!names.add(name)) {
                throw fields.refused("The member '" + ErrorDetail.quote(name) + "' appears more than once.");
            }
            member(fields, name, parser, parser.next());
        }
        return fields.event();
    }

    /** Takes a member; those that are unknown are left alone, as in the form, and null is as if it were not there. */
    private static void member(EventFields fields, String name, JsonParser parser, JsonParser.Event value) {
        if (value == JsonParser.Event.VALUE_NULL) {
            return;
        }
        switch (name) {
            case "topic" -> topics(fields, parser, value);
            case "data" -> fields.data(data(fields, parser, value));
            case "id" -> fields.id(string(fields, name, parser, value));
            case "type" -> fields.type(string(fields, name, parser, value));
            case "retry" -> {
                if (value != JsonParser.Event.VALUE_NUMBER) {
                    throw fields.refused("'retry' must be a number of milliseconds.");
                }
                fields.retry(parser.getString());
            }
            case "private" -> {
                if (value != JsonParser.Event.VALUE_TRUE && value != JsonParser.Event.VALUE_FALSE) {
                    throw fields.refused("'private' must be true or false.");
                }
                fields.isPrivate(value == JsonParser.Event.VALUE_TRUE);
            }
            default -> skip(fields, parser, value);
        }
    }

    private static void topics(EventFields fields, JsonParser parser, JsonParser.Event value) {
        if (value != JsonParser.Event.START_ARRAY) {
            fields.topic(string(fields, "topic", parser, value));
            return;
        }
        for (JsonParser.Event next = parser.next(); next != JsonParser.Event.END_ARRAY; next = parser.next()) {
            fields.topic(string(fields, "topic", parser, next));
        }
    }

    private static String string(EventFields fields, String name, JsonParser parser, JsonParser.Event value) {
        if (value != JsonParser.Event.VALUE_STRING) {
            String form = name.equals("topic") ? "a string or an array of strings" : "a string";
            throw fields.refused("'" + name + "' must be " + form + ".");
        }
        String text = parser.getString();
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw fields.refused("'" + name + "' has half a surrogate pair; it must be valid Unicode.");
        }
        return text;
    }

    private static String data(EventFields fields, JsonParser parser, JsonParser.Event value) {
        if (value == JsonParser.Event.VALUE_STRING) {
            return string(fields, "data", parser, value);
        }
        StringBuilder text = new StringBuilder();
        copy(fields, parser, value, text);
        return text.toString();
    }

    /** Writes a value without white space between its parts, numbers with all the digits that they came with. */
    private static void copy(EventFields fields, JsonParser parser, JsonParser.Event first, StringBuilder text) {
        int depth = 0;
        JsonParser.Event next = first;
        while (true) {
            depth = requireDepth(fields, depthAfter(depth, next));
            boolean closes = next == JsonParser.Event.END_ARRAY || next == JsonParser.Event.END_OBJECT;
            if (!closes && isBehindValue(text)) {
                text.append(',');
            }
            switch (next) {
                case START_ARRAY -> text.append('[');
                case START_OBJECT -> text.append('{');
                case END_ARRAY -> text.append(']');
                case END_OBJECT -> text.append('}');
                case KEY_NAME -> quote(parser.getString(), text).append(':');
                case VALUE_STRING -> quote(parser.getString(), text);
                case VALUE_NUMBER -> text.append(parser.getString());
                case VALUE_TRUE -> text.append("true");
                case VALUE_FALSE -> text.append("false");
                case VALUE_NULL -> text.append("null");
            }
            if (depth == 0) {
                return;
            }
            next = parser.next();
        }
    }

    private static boolean isBehindValue(StringBuilder text) {
        return !text.isEmpty() && "[{:".indexOf(text.charAt(text.length() - 1)) < 0;
    }

    private static StringBuilder quote(String string, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            boolean paired = Character.isHighSurrogate(c)
                    && i + 1 < string.length()
                    && Character.isLowSurrogate(string.charAt(i + 1));
            if (paired) {
                text.append(c).append(string.charAt(++i));
            } else if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        return text.append('"');
    }

    private static void skip(EventFields fields, JsonParser parser, JsonParser.Event value) {
        int depth = depthAfter(0, value);
        while (depth > 0) {
            depth = requireDepth(fields, depthAfter(depth, parser.next()));
        }
    }

    /** Parsers have bounds of their own, which they tell as failures of theirs. */
    private static int requireDepth(EventFields fields, int depth) {
        if (depth > DEEPEST) {
            throw fields.refused("The JSON is nested deeper than " + DEEPEST + " levels.");
        }
        return depth;
    }

    private static int depthAfter(int depth, JsonParser.Event event) {
        return switch (event) {
            case START_ARRAY, START_OBJECT -> depth + 1;
            case END_ARRAY, END_OBJECT -> depth - 1;
            default -> depth;
        };
    }
}
