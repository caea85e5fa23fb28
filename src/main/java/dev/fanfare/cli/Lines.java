package dev.fanfare.cli;

import java.util.ArrayList;
import java.util.List;

/** Breaks lines between words, so that they fit a terminal. Stateless. */
final class Lines {
    /** What is left of a line beside its indentation, at least: a narrow terminal gets no indentation. */
    private static final int LEAST = 20;

    private Lines() {}

    /**
     * The text in lines of at most {@code width} characters, but for words that are longer.
     *
     * @param indent how far all lines but the first are indented
     */
    static List<String> wrapped(String text, int indent, int width) {
        String margin = " ".repeat(width - indent < LEAST ? 0 : indent);
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (rest.length() > width) {
            int end = rest.lastIndexOf(' ', width);
            if (end <= margin.length() || rest.substring(0, end).isBlank()) {
                end = rest.indexOf(' ', Math.max(width, margin.length()));
            }
            if (end < 0) {
                break;
            }
            lines.add(rest.substring(0, end).stripTrailing());
            rest = margin + rest.substring(end).stripLeading();
        }
        lines.add(rest);
        return lines;
    }
}
