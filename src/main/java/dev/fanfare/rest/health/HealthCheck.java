package dev.fanfare.rest.health;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One thing that can be well or not, by name.
 *
 * @param name a word or two for operators, such as {@code history}
 * @param probe asked on every request, from several threads at once: it answers from memory and does not block. A probe that
 *     throws counts as down
 */
public record HealthCheck(String name, Supplier<Result> probe) {

    /**
     * What a probe found. The data is shown to anyone who can reach the server.
     *
     * @param counts whether the service as a whole is down with this
     * @param data facts beside the verdict, in this order: texts, numbers or booleans
     */
    public record Result(boolean isUp, boolean counts, Map<String, Object> data) {

        /** A verdict that counts. */
        public Result(boolean isUp, Map<String, Object> data) {
            this(isUp, true, data);
        }

        public Result {
            data.forEach((key, value) -> {
                if (!(value instanceof String || value instanceof Number || value instanceof Boolean)) {
                    throw new IllegalArgumentException(
                            "health data is a text, a number or a boolean, and '" + key + "' is " + value.getClass());
                }
            });
            data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
        }

        public static Result up() {
            return new Result(true, Map.of());
        }

        /**
         * Down, with {@code reason} in the data.
         *
         * @param reason in words for an operator, without anything that is not for everyone
         */
        public static Result down(String reason) {
            return new Result(false, Map.of("reason", reason));
        }

        /** As {@link #down}, though clients may come: the service as a whole stays up. */
        public static Result downAlone(String reason) {
            return new Result(false, false, Map.of("reason", reason));
        }
    }
}
