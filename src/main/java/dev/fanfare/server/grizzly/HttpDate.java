package dev.fanfare.server.grizzly;

import dev.fanfare.stream.Ticker;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The header {@code Date}, made once a second, also of a second that the clock goes back to. Thread-safe.
 *
 * <p>See <a href="https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7">RFC 9110, 5.6.7</a>.
 */
final class HttpDate {
    private static final DateTimeFormatter FORM = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private record Made(long second, String text) {}

    private final Ticker ticker;
    private volatile Made last = new Made(Long.MIN_VALUE, "");

    HttpDate(Ticker ticker) {
        this.ticker = ticker;
    }

    /** What it is now. */
    String text() {
        var now = ticker.now();
        Made made = last;
        if (made.second() != now.getEpochSecond()) {
            made = new Made(now.getEpochSecond(), FORM.format(now));
            last = made;
        }
        return made.text();
    }
}
