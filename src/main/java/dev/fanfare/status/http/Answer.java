package dev.fanfare.status.http;

import dev.fanfare.event.Gunzip;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceFailure;
import jakarta.json.JsonValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads the status in the body of an answer. Stateless. */
final class Answer {
    private static final int MOST_OF_MEDIA_TYPE = 100;
    private static final Pattern MEDIA_TYPE = Pattern.compile("[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+");

    private Answer() {}

    /**
     * The status.
     *
     * @throws SourceFailure if the body is none, or beyond the bounds
     */
    static JsonValue status(HttpResponse<byte[]> response, HttpSourceSettings settings) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        String media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        byte[] body = decompressed(response, settings.maxBytes());
        if (settings.accepted().type() == AcceptedAnswers.Type.JSON || isJson(media)) {
            return JsonText.parse(withoutMark(text(body, StandardCharsets.UTF_8)));
        }
        // With another status code a text is somebody's explanation.
        if (media.equals("text/plain") && response.statusCode() == 200) {
            return JsonText.ofPlain(text(body, charset(type)));
        }
        throw new SourceFailure(
                "answers with " + named(media) + ", which is neither JSON nor plain text; if its body is JSON"
                        + " all the same, set fanfare.status.NAME.type=json");
    }

    /** For people to read: what is no media type is not repeated. */
    private static String named(String media) {
        return media.length() <= MOST_OF_MEDIA_TYPE && MEDIA_TYPE.matcher(media).matches()
                ? media
                : "a Content-Type that is no media type";
    }

    private static boolean isJson(String media) {
        return media.isEmpty() || media.equals("application/json") || media.endsWith("+json");
    }

    private static byte[] decompressed(HttpResponse<byte[]> response, int maxBytes) {
        List<String> codings = response.headers().allValues("Content-Encoding").stream()
                .map(coding -> coding.strip().toLowerCase(Locale.ROOT))
                .filter(coding -> !coding.isEmpty() && !coding.equals("identity"))
                .toList();
        if (codings.isEmpty()) {
            return response.body();
        }
        if (!codings.equals(List.of("gzip")) && !codings.equals(List.of("x-gzip"))) {
            throw new SourceFailure("answers in a content encoding that it was not asked for");
        }
        try (Gunzip in = new Gunzip(new ByteArrayInputStream(response.body()))) {
            // One more than there may be, so that what unpacks to more is noticed, and never held.
            byte[] body = in.readNBytes(maxBytes + 1);
            if (body.length > maxBytes) {
                throw BoundedBody.tooMuch(maxBytes);
            }
            return body;
        } catch (IOException e) {
            throw new SourceFailure("answers with invalid gzip", "Content-Encoding is gzip: " + e, Duration.ZERO, e);
        }
    }

    private static Charset charset(String type) {
        for (String parameter : type.split(";", -1)) {
            String stripped = parameter.strip();
            if (stripped.regionMatches(true, 0, "charset=", 0, 8)) {
                try {
                    return Charset.forName(stripped.substring(8).replace("\"", ""));
                } catch (IllegalArgumentException e) {
                    throw new SourceFailure("answers in an unknown charset", type, Duration.ZERO, e);
                }
            }
        }
        return StandardCharsets.UTF_8;
    }

    private static String text(byte[] body, Charset charset) {
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            throw new SourceFailure("answers with bytes that are not text", "not " + charset, Duration.ZERO, e);
        }
    }

    /** RFC 8259, 8.1: a parser may ignore a byte order mark. */
    private static String withoutMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
}
