package dev.fanfare.event;

import java.util.Arrays;
import java.util.List;

/**
 * An expression of a URI template, as a set of texts: what it may expand to for any values of its variables, undefined ones,
 * texts, lists and maps. Immutable.
 *
 * <p>See <a href="https://www.rfc-editor.org/rfc/rfc6570#section-3.2">RFC 6570, section 3.2</a>; the columns of the table in
 * its appendix A are the fields here.
 */
final class TemplateExpression implements TemplatePattern.Part {
    private final String first;
    private final char separator;
    private final boolean reserved;
    private final boolean named;
    private final boolean bareIfEmpty;
    private final List<TemplatePattern.Variable> variables;
    private final int[][] borders;

    /**
     * @param first what stands before the first value
     * @param separator what stands between values
     * @param reserved whether reserved characters are written as they are
     * @param named whether {@code name=} stands before a value
     * @param bareIfEmpty whether an empty value is written without the equals sign
     */
    TemplateExpression(
            String first,
            char separator,
            boolean reserved,
            boolean named,
            boolean bareIfEmpty,
            List<TemplatePattern.Variable> variables) {
        this.first = first;
        this.separator = separator;
        this.reserved = reserved;
        this.named = named;
        this.bareIfEmpty = bareIfEmpty;
        this.variables = List.copyOf(variables);
        this.borders = variables.stream()
                .map(variable -> TemplateLiteral.borders(variable.name()))
                .toArray(int[][]::new);
    }

    /** Each variable is undefined, or follows what the ones before have written. */
    @Override
    public Offsets after(String topic, Offsets from) {
        Offsets begun = first.isEmpty() ? from.copy() : from.past(topic, first.charAt(0));
        Offsets written = new Offsets(topic.length());
        for (int i = 0; i < variables.size(); i++) {
            Offsets start = begun.copy();
            if (!written.isEmpty()) {
                start.addAll(written.past(topic, separator));
            }
            if (!start.isEmpty()) {
                written.addAll(value(topic, start, i));
            }
        }
        written.addAll(from);
        return written;
    }

    private Offsets value(String topic, Offsets from, int index) {
        TemplatePattern.Variable variable = variables.get(index);
        if (variable.explode()) {
            return exploded(topic, from);
        }
        if (!named) {
            return text(topic, from, variable.most());
        }
        Offsets name = new Offsets(topic.length());
        TemplateLiteral.find(topic, from, variable.name(), borders[index], name);
        Offsets written = text(topic, name.past(topic, '='), variable.most());
        if (bareIfEmpty) {
            written.addAll(name);
        }
        return written;
    }

    /** A text, or where it is not cut, a list or map with commas. */
    private Offsets text(String topic, Offsets from, int most) {
        if (most > 0) {
            return cut(topic, from, most);
        }
        for (int i = from.first(); i <= from.last() && i < topic.length(); i++) {
            if (from.has(i)) {
                int length = topic.charAt(i) == ',' ? 1 : UriCharacters.lengthAt(topic, i, reserved);
                if (length > 0) {
                    from.add(i + length);
                }
            }
        }
        return from;
    }

    /** A text of at most so many characters: it counts the fewest that lead to each offset. */
    private Offsets cut(String topic, Offsets from, int most) {
        int[] fewest = new int[topic.length() + 1];
        Arrays.fill(fewest, Integer.MAX_VALUE);
        for (int i = from.first(); i <= from.last(); i++) {
            if (from.has(i)) {
                fewest[i] = 0;
            }
        }
        for (int i = from.first(); i <= from.last() && i < topic.length(); i++) {
            if (from.has(i) && fewest[i] < most) {
                int length = UriCharacters.characterLengthAt(topic, i, reserved);
                if (length > 0) {
                    from.add(i + length);
                    fewest[i + length] = Math.min(fewest[i + length], fewest[i] + 1);
                }
            }
        }
        return from;
    }

    /** Items between separators, each a value or a key, an equals sign and a value. */
    private Offsets exploded(String topic, Offsets keys) {
        Offsets values = new Offsets(topic.length());
        for (int i = keys.first(); i <= Math.max(keys.last(), values.last()) && i < topic.length(); i++) {
            boolean inKey = keys.has(i);
            boolean inValue = values.has(i);
            if (!inKey && !inValue) {
                continue;
            }
            char c = topic.charAt(i);
            if (c == separator) {
                if (inValue || !named || bareIfEmpty) {
                    keys.add(i + 1);
                }
            }
            if (inKey && c == '=') {
                values.add(i + 1);
            }
            int length = UriCharacters.lengthAt(topic, i, reserved);
            if (length > 0) {
                if (inKey) {
                    keys.add(i + length);
                }
                if (inValue) {
                    values.add(i + length);
                }
            }
        }
        if (!named || bareIfEmpty) {
            values.addAll(keys);
        }
        return values;
    }
}
