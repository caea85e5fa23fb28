package dev.fanfare.event;

import org.jspecify.annotations.Nullable;

/**
 * The span under which something was published, as W3C Trace Context writes it. Immutable.
 *
 * @param parent a {@code traceparent} of version 00; see <a
 *     href="https://www.w3.org/TR/trace-context/#traceparent-header">Trace Context, 3.2</a>
 * @param state the {@code tracestate} that goes with it, of at most {@value #MAX_STATE_LENGTH} characters; may be empty
 */
public record TraceContext(String parent, String state) {
    /** A longer {@code tracestate} is left out; what every vendor has to hand on is not longer. */
    public static final int MAX_STATE_LENGTH = 512;

    /** Where the two digits of the flags are in {@link #parent}. */
    public static final int FLAGS_AT = 53;

    private static final int LENGTH = 55;
    private static final String VERSION = "00-";
    private static final int SPAN_AT = 36;
    private static final int SAMPLED = 1;

    /** @throws IllegalArgumentException if these are no texts that {@link #of} takes */
    public TraceContext {
        if (parent.length() != LENGTH || !parent.startsWith(VERSION) || !isParent(parent)) {
            throw new IllegalArgumentException("'" + parent + "' is no traceparent of version 00");
        }
        if (state.length() > MAX_STATE_LENGTH || !isPrintable(state)) {
            throw new IllegalArgumentException(
                    "a tracestate has at most " + MAX_STATE_LENGTH + " printable characters");
        }
    }

    /**
     * What two headers say. One of a newer version is read as far as version 00 goes; a {@code tracestate} that can't be used
     * counts as empty.
     *
     * @return null if the first is none, or not as the specification says
     */
    public static @Nullable TraceContext of(@Nullable String traceparent, @Nullable String tracestate) {
        if (traceparent == null || traceparent.length() < LENGTH || !isParent(traceparent)) {
            return null;
        }
        boolean isNewer = !traceparent.startsWith(VERSION);
        if (traceparent.length() > LENGTH && !(isNewer && traceparent.charAt(LENGTH) == '-')) {
            return null;
        }
        String state = tracestate == null || tracestate.length() > MAX_STATE_LENGTH || !isPrintable(tracestate)
                ? ""
                : tracestate;
        return new TraceContext(VERSION + traceparent.substring(VERSION.length(), LENGTH), state);
    }

    private static boolean isParent(String text) {
        return text.charAt(2) == '-'
                && text.charAt(SPAN_AT - 1) == '-'
                && text.charAt(FLAGS_AT - 1) == '-'
                && isHex(text, 0, 2)
                && !text.startsWith("ff")
                && isId(text, VERSION.length(), SPAN_AT - 1)
                && isId(text, SPAN_AT, FLAGS_AT - 1)
                && isHex(text, FLAGS_AT, LENGTH);
    }

    private static boolean isId(String text, int from, int to) {
        boolean isZero = true;
        for (int i = from; i < to; i++) {
            isZero &= text.charAt(i) == '0';
        }
        return !isZero && isHex(text, from, to);
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPrintable(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    /** 32 digits that name the trace. */
    public String traceId() {
        return parent.substring(VERSION.length(), SPAN_AT - 1);
    }

    /** 16 digits that name the span. */
    public String spanId() {
        return parent.substring(SPAN_AT, FLAGS_AT - 1);
    }

    /** Whether the caller records the trace. */
    public boolean isSampled() {
        return (Character.digit(parent.charAt(LENGTH - 1), 16) & SAMPLED) != 0;
    }
}
