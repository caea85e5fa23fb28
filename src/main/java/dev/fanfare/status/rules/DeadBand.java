package dev.fanfare.status.rules;

import jakarta.json.Json;
import jakarta.json.JsonException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * By how much a number has to move to count as changed: by more than {@code width}, or by more than so many percent of what
 * was sent last. Written {@code /price:0.5} and {@code /price:0.5pct}.
 *
 * @param pointer where the number is; a JSON Pointer (RFC 6901)
 * @param width zero or more
 * @param isPercent whether the width is in percent of the amount of the number sent last
 */
public record DeadBand(String pointer, BigDecimal width, boolean isPercent) {
    private static final Pattern FORM = Pattern.compile("(.*):([0-9]{1,15}(?:\\.[0-9]{1,15})?)(pct)?", Pattern.DOTALL);
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    // Numbers whose exponents are farther from zero are not subtracted: their digits would have to be written out.
    private static final int MOST_EXPONENT = 1000;

    /** @throws IllegalArgumentException saying what is wrong, and what would be right */
    public DeadBand {
        requirePointer(pointer);
        if (width.signum() < 0) {
            throw new IllegalArgumentException(
                    "the dead-band of '" + pointer + "' is " + width + "; it must be 0 or more");
        }
    }

    private static void requirePointer(String pointer) {
        try {
            Json.createPointer(pointer);
        } catch (JsonException e) {
            throw new IllegalArgumentException(
                    "'" + pointer
                            + "' is not a JSON Pointer, which begins with '/'; write a dead-band like '/price:0.5'",
                    e);
        }
    }

    /**
     * Reads a dead-band.
     *
     * @throws IllegalArgumentException saying what is wrong, and what would be right
     */
    public static DeadBand parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text
                            + "' is not a dead-band: write a JSON Pointer, ':' and a number, as in '/price:0.5' or '/price:0.5pct'");
        }
        return new DeadBand(matcher.group(1), new BigDecimal(matcher.group(2)), matcher.group(3) != null);
    }

    /** Whether a number that was {@code before} has left the band. */
    boolean isLeft(BigDecimal before, BigDecimal now) {
        if (before.compareTo(now) == 0) {
            return false;
        }
        if (isFar(before) || isFar(now)) {
            return true;
        }
        BigDecimal moved = now.subtract(before).abs();
        BigDecimal most = isPercent
                ? before.abs().multiply(width, MathContext.DECIMAL64).divide(HUNDRED, MathContext.DECIMAL64)
                : width;
        return moved.compareTo(most) > 0;
    }

    private static boolean isFar(BigDecimal number) {
        return Math.abs((long) number.precision() - number.scale()) > MOST_EXPONENT
                || Math.abs((long) number.scale()) > MOST_EXPONENT;
    }

    /** As it is written. */
    @Override
    public String toString() {
        return pointer + ":" + width.toPlainString() + (isPercent ? "pct" : "");
    }
}
