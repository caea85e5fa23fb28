package dev.fanfare.rest;

import dev.fanfare.event.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code Content-Security-Policy} of a page that brings everything along: its inline scripts and styles are allowed by
 * their SHA-256, and nothing else runs. See <a href="https://www.w3.org/TR/CSP3/#match-element-to-source-list">CSP 3,
 * 6.7.3.3</a>.
 *
 * <p>Style attributes and {@code onclick=} and the like are blocked by such a policy; the page has to do without.
 */
final class InlinePolicy {

    // A regex does for a page of our own; it would not do for HTML from elsewhere.
    private static final Pattern BLOCK =
            Pattern.compile("<(script|style)\\b[^>]*>(.*?)</\\1\\s*>", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private InlinePolicy() {}

    static String of(String html) {
        StringJoiner scripts = new StringJoiner(" ", "script-src ", "").setEmptyValue("script-src 'none'");
        StringJoiner styles = new StringJoiner(" ", "style-src ", "").setEmptyValue("style-src 'none'");
        // Browsers hash what their parser made of the text, and that has line feeds only (HTML 13.2.3.5).
        Matcher blocks = BLOCK.matcher(html.replace("\r\n", "\n"));
        while (blocks.find()) {
            StringJoiner sources = blocks.group(1).equalsIgnoreCase("script") ? scripts : styles;
            sources.add("'sha256-" + sha256(blocks.group(2).getBytes(StandardCharsets.UTF_8)) + "'");
        }
        return String.join(
                "; ",
                "default-src 'none'",
                scripts.toString(),
                styles.toString(),
                "img-src 'self' data:",
                "connect-src 'self'",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'");
    }

    static String sha256(byte[] bytes) {
        return Base64.getEncoder().encodeToString(Sha256.of(bytes));
    }
}
