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
 * Reads events to publish from JSON: an array of objects, or one object a line (<a
 * href="https://github.com/ndjson/ndjson-spec">NDJSON</a>). An object has the fields of the form under the same names; {@code
 * topic} is a string or an array of strings. Stateless; what is wrong is a {@link ProblemException} that names the event.
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
            if (parser.next() != JsonParser.Event.START_ARRAY) {
                throw ProblemException.badRequest("The body is no JSON array; it is like [" + SHAPE + "].");
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
                throw ProblemException.badRequest(where + "more than one JSON value; there may be one.");
            }
        } catch (JsonParsingException e) {
            throw ProblemException.badRequest(
                    where + "no valid JSON at offset " + e.getLocation().getStreamOffset() + ".");
        } catch (JsonException | NoSuchElementException | IllegalStateException e) {
            throw ProblemException.badRequest(where + "no valid JSON, or JSON nested too deep.");
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
            throw fields.refused("it is no JSON object; it is like " + SHAPE + ".");
        }
        Set<String> names = new HashSet<>();
        for (JsonParser.Event next = parser.next(); next != JsonParser.Event.END_OBJECT; next = parser.next()) {
            String name = parser.getString();
            if (!names.add(name)) {
                throw fields.refused("The member '" + ErrorDetail.quote(name) + "' is there more than once.");
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
            case "data" -> fields.data(string(fields, name, parser, value));
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
            String hint = name.equals("data") ? "; JSON goes there as its text, '{\\\"a\\\": 1}'" : "";
            throw fields.refused("'" + name + "' must be " + form + hint + ".");
        }
        String text = parser.getString();
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw fields.refused("'" + name + "' has half a surrogate pair; it must be valid Unicode.");
        }
        return text;
    }

    private static void skip(EventFields fields, JsonParser parser, JsonParser.Event value) {
        int depth = depthAfter(0, value);
        while (depth > 0) {
            // Parsers have bounds of their own, which they tell as failures of theirs.
            if (depth > DEEPEST) {
                throw fields.refused("JSON nested deeper than " + DEEPEST + " levels.");
            }
            depth = depthAfter(depth, parser.next());
        }
    }

    private static int depthAfter(int depth, JsonParser.Event event) {
        return switch (event) {
            case START_ARRAY, START_OBJECT -> depth + 1;
            case END_ARRAY, END_OBJECT -> depth - 1;
            default -> depth;
        };
    }
}
