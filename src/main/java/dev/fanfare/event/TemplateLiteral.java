package dev.fanfare.event;

import java.nio.charset.StandardCharsets;

/** Text between the expressions of a URI template: the same text in a topic, or what it is percent-encoded. Immutable. */
final class TemplateLiteral implements TemplatePattern.Part {
    private final String text;
    private final int[] borders;
    private final String encoded;
    private final int[] encodedBorders;

    TemplateLiteral(String text) {
        this.text = text;
        this.borders = borders(text);
        this.encoded = encode(text);
        this.encodedBorders = encoded.equals(text) ? borders : borders(encoded);
    }

    /** RFC 6570, section 3.1: what may not stand in a URI is written in UTF-8, percent-encoded. */
    private static String encode(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c < 0x80 && UriCharacters.mayStand((char) c)) {
                out.append((char) c);
            } else {
                for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                    UriCharacters.appendEncoded(out, b);
                }
            }
        });
        return out.toString();
    }

    /** What both forms begin with. */
    String commonPrefix() {
        int length = 0;
        while (length < text.length() && text.charAt(length) == encoded.charAt(length)) {
            length++;
        }
        return text.substring(0, length);
    }

    boolean isEndOf(String topic) {
        return topic.endsWith(text) || topic.endsWith(encoded);
    }

    @Override
    public Offsets after(String topic, Offsets from) {
        Offsets reached = new Offsets(topic.length());
        find(topic, from, text, borders, reached);
        if (encodedBorders != borders) {
            find(topic, from, encoded, encodedBorders, reached);
        }
        return reached;
    }

    /** Adds the offsets after {@code text} where it occurs at one of {@code from}. */
    static void find(String topic, Offsets from, String text, int[] borders, Offsets reached) {
        if (from.isSingle()) {
            if (topic.startsWith(text, from.first())) {
                reached.add(from.first() + text.length());
            }
            return;
        }
        int matched = 0;
        int end = Math.min(topic.length(), from.last() + text.length());
        for (int i = from.first(); i < end; i++) {
            while (matched > 0 && (matched == text.length() || topic.charAt(i) != text.charAt(matched))) {
                matched = borders[matched - 1];
            }
            if (topic.charAt(i) == text.charAt(matched)) {
                matched++;
            }
            if (matched == text.length() && from.has(i + 1 - matched)) {
                reached.add(i + 1);
            }
        }
    }

    /**
     * For each beginning of {@code text}, the length of the longest shorter one that it ends with: where a search goes on
     * after a character that differs, without going back in the topic (Knuth, Morris, Pratt).
     */
    static int[] borders(String text) {
        int[] borders = new int[text.length()];
        int matched = 0;
        for (int i = 1; i < borders.length; i++) {
            while (matched > 0 && text.charAt(i) != text.charAt(matched)) {
                matched = borders[matched - 1];
            }
            if (text.charAt(i) == text.charAt(matched)) {
                matched++;
            }
            borders[i] = matched;
        }
        return borders;
    }
}
