package dev.fanfare.rest.events;

import dev.fanfare.joint.MemberName;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceFailure;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client wants changed in its stream: {@code {"add": [{"topic": "news"}], "remove": [{"status": "jobs?id=42"}]}}.
 *
 * @param remove to be removed first
 * @param add to be added then
 */
record ChangeBody(List<MemberName> remove, List<MemberName> add) {
    private static final String FORM =
            "send an object such as {\"add\": [{\"topic\": \"news\"}], \"remove\": [{\"status\":"
                    + " \"jobs?id=42\"}]}.";

    /**
     * Reads a body.
     *
     * @param most most entries of each list
     * @throws ProblemException 400
     */
    static ChangeBody of(String text, int most) {
        JsonValue body;
        try {
            body = JsonText.parse(text);
        } catch (SourceFailure e) {
            throw ProblemException.badRequest("The body is not one JSON value; " + FORM);
        }
        if (!(body instanceof JsonObject object)) {
            throw ProblemException.badRequest("The body is not a JSON object; " + FORM);
        }
        for (String key : object.keySet()) {
            if (!key.equals("add") && !key.equals("remove")) {
                throw ProblemException.badRequest("The body has a key besides 'add' and 'remove'; " + FORM);
            }
        }
        return new ChangeBody(names("remove", object, most), names("add", object, most));
    }

    private static List<MemberName> names(String key, JsonObject body, int most) {
        JsonValue value = body.getOrDefault(key, JsonValue.EMPTY_JSON_ARRAY);
        if (!(value instanceof JsonArray entries)) {
            throw ProblemException.badRequest("'" + key + "' is not an array; " + FORM);
        }
        if (entries.size() > most) {
            throw ProblemException.badRequest("'" + key + "' has " + entries.size() + " entries; a stream has at most "
                    + most + " members (fanfare.limits.members).");
        }
        List<MemberName> names = new ArrayList<>(entries.size());
        for (JsonValue entry : entries) {
            names.add(name(key, entry));
        }
        return names;
    }

    private static MemberName name(String list, JsonValue entry) {
        if (entry instanceof JsonObject object && object.size() == 1) {
            for (MemberName.Kind kind : MemberName.Kind.values()) {
                if (object.get(kind.key()) instanceof JsonString text) {
                    return new MemberName(kind, text.getString());
                }
            }
        }
        throw ProblemException.badRequest(
                "An entry of '" + list + "' is not an object with one 'topic' or one 'status', a string; " + FORM);
    }
}
