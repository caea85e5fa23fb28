package dev.fanfare.status.http;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which answers of a service tell a status.
 *
 * @param statuses HTTP status codes whose body is the status. For all but 200 that has to be JSON: a proxy may answer with the
 *     same code and a text
 * @param type how the body is read
 */
public record AcceptedAnswers(Set<Integer> statuses, Type type) {
    /** How a body is read. */
    public enum Type {
        /** As its media type says. */
        AUTO,
        /** As JSON, whatever its media type says. */
        JSON
    }

    /** 200, read as its media type says. */
    public static final AcceptedAnswers DEFAULT = new AcceptedAnswers(Set.of(200), Type.AUTO);

    /** @throws IllegalArgumentException saying which status code can't have a status in its body */
    public AcceptedAnswers {
        statuses.forEach(AcceptedAnswers::requireBody);
        statuses = Set.copyOf(statuses);
    }

    private static void requireBody(int status) {
        boolean isSuccess = status >= 200 && status <= 299 && status != 204 && status != 205 && status != 206;
        boolean isError = status >= 400 && status <= 599;
        if (!isSuccess && !isError) {
            throw new IllegalArgumentException(
                    "has " + status + ", which has no body that is a status; a code is from 200"
                            + " to 299 (not 204, 205 and 206) or from 400 to 599");
        }
    }

    /**
     * The status codes that texts say.
     *
     * @throws IllegalArgumentException if one is no status code, or can't have a status in its body
     */
    public static Set<Integer> statuses(List<String> texts) {
        Set<Integer> statuses = new TreeSet<>();
        for (String text : texts) {
            if (!text.matches("[0-9]{3}")) {
                throw new IllegalArgumentException(
                        "has '" + text + "', which is not an HTTP status code; write them like 200,202,503");
            }
            requireBody(Integer.parseInt(text));
            statuses.add(Integer.parseInt(text));
        }
        return statuses;
    }

    boolean has(int status) {
        return statuses.contains(status);
    }
}
