package dev.fanfare.joint;

import dev.fanfare.status.JsonText;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a member can't be had.
 *
 * @param name the member
 * @param code the HTTP status that a stream of its own would be refused with
 * @param reason in words
 * @param retryAfter when it may be had; null if it does not help to try again
 */
public record Refusal(
        MemberName name, int code, String reason, @Nullable Duration retryAfter) {

    /** A refusal for good. */
    public static Refusal of(MemberName name, int code, String reason) {
        return new Refusal(name, code, reason, null);
    }

    /** A refusal for now, with the status 503. */
    static Refusal forNow(MemberName name, String reason, Duration retryAfter) {
        return new Refusal(name, 503, reason, retryAfter);
    }

    /** What a JSON object says of it, without the braces. */
    public String json() {
        String words = "\"code\":" + code + ",\"reason\":" + JsonText.quote(reason);
        return retryAfter == null
                ? words
                : words + ",\"retryAfter\":"
                        + Math.max(1, retryAfter.plusMillis(999).toSeconds());
    }
}
