package dev.fanfare.auth;

import dev.fanfare.event.Selector;
import dev.fanfare.event.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Digests that tell publishers apart. */
final class Scope {
    private static final int BYTES = 16;

    static final String ANONYMOUS = digest("anonymous");

    private Scope() {}

    static String of(@Nullable String issuer, @Nullable String subject, SelectorSet publish) {
        StringBuilder text = new StringBuilder();
        append(text, issuer == null ? "" : issuer);
        if (subject != null) {
            append(text.append("sub"), subject);
        } else {
            publish.sorted().stream().map(Selector::text).forEach(selector -> append(text.append("pub"), selector));
        }
        return digest(text.toString());
    }

    /** With its length before it, so that no two lists of texts look the same. */
    private static void append(StringBuilder text, String part) {
        text.append(part.length()).append(':').append(part);
    }

    private static String digest(String text) {
        byte[] digest = Sha256.of(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest, 0, BYTES);
    }
}
