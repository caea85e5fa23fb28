package dev.fanfare.config;

import dev.fanfare.event.Durations;
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
record ValueFormat<T>(String description, Function<String, T> parser) {

    static ValueFormat<String> text(String description) {
        return new ValueFormat<>(description, Function.identity());
    }

    static ValueFormat<String> text(String description, UnaryOperator<String> check) {
        return new ValueFormat<>(description, check);
    }

    static ValueFormat<Boolean> flag() {
        return new ValueFormat<>("`true` or `false`", text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("is neither");
        });
    }

    static ValueFormat<Integer> number(int least, int most) {
        String range = most == Integer.MAX_VALUE
                ? "a whole number, at least " + least
                : "a whole number, " + least + " to " + most;
        return new ValueFormat<>(range, text -> {
            if (!text.matches("[+-]?[0-9]+")) {
                throw new IllegalArgumentException("is not a whole number");
            }
            // Longer ones do not fit either, whatever they are.
            long value = text.length() > 15 ? Long.MAX_VALUE : Long.parseLong(text);
            return between(value, (long) least, (long) most).intValue();
        });
    }

    static ValueFormat<Long> size(long least, long most) {
        return new ValueFormat<>(
                range("a size", Sizes.show(least), Sizes.show(most)), text -> between(Sizes.parse(text), least, most));
    }

    /** Like {@link #size}, for what can't be longer than an int. */
    static ValueFormat<Integer> smallSize(int least, int most) {
        ValueFormat<Long> size = size(least, most);
        return new ValueFormat<>(
                size.description, text -> size.parser.apply(text).intValue());
    }

    static ValueFormat<Duration> duration(Duration least, Duration most) {
        return new ValueFormat<>(
                range("a duration", Durations.show(least), Durations.show(most)),
                text -> between(Durations.parse(text), least, most));
    }

    /** A duration that may also be a bare number: of seconds. */
    static ValueFormat<Duration> seconds(Duration most) {
        return new ValueFormat<>(
                "seconds, or " + range("a duration", "0s", Durations.show(most)),
                text -> between(Durations.parse(text.matches("[0-9]+") ? text + "s" : text), Duration.ZERO, most));
    }

    static ValueFormat<List<String>> list(String description) {
        return new ValueFormat<>(
                description,
                text -> Arrays.stream(text.split(","))
                        .map(String::strip)
                        .filter(item -> !item.isEmpty())
                        .toList());
    }

    static <E extends Enum<E>> ValueFormat<E> oneOf(Class<E> type) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
        return new ValueFormat<>("`" + String.join("` or `", names) + "`", text -> {
            if (!names.contains(text)) {
                throw new IllegalArgumentException("is not a valid value");
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
