package dev.fanfare.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as they are written here: bytes, or a whole number and a unit, {@code 64KiB}, {@code 1MiB}, {@code 1GiB}. */
final class Sizes {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})(?:([KMGT])iB)?");
    private static final List<String> UNITS = List.of("", "KiB", "MiB", "GiB", "TiB");

    private Sizes() {}

    /** @throws IllegalArgumentException saying what is wrong, as in "is too large" */
    static long parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("is not like 65536, 64KiB, 1MiB or 1GiB");
        }
        String unit = matcher.group(2);
        int shift = unit == null ? 0 : 10 * (1 + "KMGT".indexOf(unit));
        long number = Long.parseLong(matcher.group(1));
        if (number > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("is too large");
        }
        return number << shift;
    }

    /** In the largest unit that leaves no rest. */
    static String show(long bytes) {
        int unit = 0;
        long number = bytes;
        while (number != 0 && number % 1024 == 0 && unit < UNITS.size() - 1) {
            number /= 1024;
            unit++;
        }
        return number + UNITS.get(unit);
    }
}
