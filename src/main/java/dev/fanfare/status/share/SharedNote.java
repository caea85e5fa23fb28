package dev.fanfare.status.share;

import dev.fanfare.status.SourceFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/*
 * As bytes, UTF-8:
 *
 *   gone
 *   missing
 *   failed NEXT ASKED REASON     NEXT: milliseconds until the source is asked again; ASKED: 1 if it was asked, 0 if not
 *
 * A kind that is not one of these comes from a newer version, and is passed over.
 */
/** What nodes tell one another of a source that does not tell a status. */
sealed interface SharedNote {
    /** The longest reason that is handed on. */
    int LONGEST_REASON = 1000;

    /** The status is gone for good. */
    record Gone() implements SharedNote {}

    /** The source does not know the status. */
    record Missing() implements SharedNote {}

    /** The source failed; see {@link dev.fanfare.status.poll.PollListener#failed}. */
    record Failed(String reason, Duration nextIn, boolean asked) implements SharedNote {
        static Failed of(SourceFailure failure, Duration nextIn, boolean asked) {
            String reason = failure.reason();
            return new Failed(
                    reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON), nextIn, asked);
        }
    }

    /** As it is handed to the others. */
    default byte[] bytes() {
        String text;
        if (this instanceof Failed failed) {
            text = "failed " + failed.nextIn().toMillis() + (failed.asked() ? " 1 " : " 0 ") + failed.reason();
        } else {
            text = this instanceof Gone ? "gone" : "missing";
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What another node handed over; null if this version does not know it. */
    static @Nullable SharedNote read(byte[] bytes) {
        String[] words = new String(bytes, StandardCharsets.UTF_8).split(" ", 4);
        return switch (words[0]) {
            case "gone" -> new Gone();
            case "missing" -> new Missing();
            case "failed" -> words.length < 4 ? null : failed(words);
            default -> null;
        };
    }

    private static @Nullable SharedNote failed(String[] words) {
        try {
            Duration nextIn = Duration.ofMillis(Math.max(0, Long.parseLong(words[1])));
            return new Failed(words[3], nextIn, words[2].equals("1"));
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
