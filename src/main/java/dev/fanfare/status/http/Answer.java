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

/** Reads the status in the body of an answer. Stateless. */
final class Answer {
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
                "answers with neither JSON nor plain text",
                "Content-Type is " + type + "; if the body is JSON nevertheless, set the source's key 'type' to json",
                Duration.ZERO,
                null);
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
