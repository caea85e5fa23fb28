package dev.fanfare.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * How the values of a key are written.
 *
 * @param description what may be written, as it follows "must be" and as the reference shows it
 * @param parser turns a text without blanks at its ends into a value; throws {@link IllegalArgumentException} saying what is
 *     wrong with it, as in "is not a number"
 */
record Form<T>(String description, Function<String, T> parser) {

    static Form<String> text(String description) {
        return new Form<>(description, Function.identity());
    }

    static Form<String> text(String description, UnaryOperator<String> check) {
        return new Form<>(description, check);
    }

    static Form<Boolean> flag() {
        return new Form<>("`true` or `false`", text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("is neither");
        });
    }

    static Form<Integer> number(int least, int most) {
        String range = most == Integer.MAX_VALUE
                ? "a whole number, at least " + least
                : "a whole number, " + least + " to " + most;
        return new Form<>(range, text -> {
            if (!text.matches("[+-]?[0-9]+")) {
                throw new IllegalArgumentException("is not a whole number");
            }
            // Longer ones do not fit either, whatever they are.
            long value = text.length() > 15 ? Long.MAX_VALUE : Long.parseLong(text);
            return between(value, (long) least, (long) most).intValue();
        });
    }

    static Form<Long> size(long least, long most) {
        return new Form<>(
                range("a size", Sizes.show(least), Sizes.show(most)), text -> between(Sizes.parse(text), least, most));
    }

    /** Like {@link #size}, for what can't be longer than an int. */
    static Form<Integer> smallSize(int least, int most) {
        Form<Long> size = size(least, most);
        return new Form<>(size.description, text -> size.parser.apply(text).intValue());
    }

    static Form<Duration> duration(Duration least, Duration most) {
        return new Form<>(
                range("a duration", Durations.show(least), Durations.show(most)),
                text -> between(Durations.parse(text), least, most));
    }

    /** A duration that may also be a bare number: of seconds. */
    static Form<Duration> seconds(Duration most) {
        return new Form<>(
                "seconds, or " + range("a duration", "0s", Durations.show(most)),
                text -> between(Durations.parse(text.matches("[0-9]+") ? text + "s" : text), Duration.ZERO, most));
    }

    static Form<List<String>> list(String description) {
        return new Form<>(
                description,
                text -> Arrays.stream(text.split(","))
                        .map(String::strip)
                        .filter(item -> !item.isEmpty())
                        .toList());
    }

    static <E extends Enum<E>> Form<E> oneOf(Class<E> type) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
        return new Form<>("`" + String.join("` or `", names) + "`", text -> {
            if (!names.contains(text)) {
                throw new IllegalArgumentException("is no such value");
            }
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        });
    }

    private static String range(String noun, String least, String most) {
        return noun + ", " + least + " to " + most;
    }

    private static <C extends Comparable<C>> C between(C value, C least, C most) {
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException("is too small");
        }
        if (value.compareTo(most) > 0) {
            throw new IllegalArgumentException("is too large");
        }
        return value;
    }
}
