package dev.fanfare.event;

import com.damnhandy.uri.template.Expression;
import com.damnhandy.uri.template.MalformedUriTemplateException;
import com.damnhandy.uri.template.UriTemplateComponent;
import com.damnhandy.uri.template.impl.Modifier;
import com.damnhandy.uri.template.impl.Operator;
import com.damnhandy.uri.template.impl.UriTemplateParser;
import com.damnhandy.uri.template.impl.VarSpec;
import dev.fanfare.event.TemplatePattern.Part;
import dev.fanfare.event.TemplatePattern.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads URI templates with the library's parser; the only class that knows the library. The library is made for templates
 * that an application's author wrote. What a client could do to it (names so long that its stack overflows, an empty
 * expression, a prefix of 0) is refused before and after.
 *
 * <p>See <a href="https://www.rfc-editor.org/rfc/rfc6570#section-2">RFC 6570, section 2</a>.
 */
final class TemplateParser {
    private static final int MAX_NAME = 128;
    private static final int MAX_PREFIX = 9999;
    private static final int SHOWN = 100;

    /** Dots stand between characters. Possessive, so that no name makes it go back or deep. */
    private static final Pattern NAME =
            Pattern.compile("(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})++(?:\\.(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})++)*+");

    private TemplateParser() {}

    /** The text is not a URI template. Carries no stack trace, since clients may send any text. */
    private static final class NotATemplate extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotATemplate() {
            super("not a URI template", null, false, false);
        }
    }

    /**
     * The pattern of a template; null for a text that is none by RFC 6570.
     *
     * @throws IllegalArgumentException if the template is too large
     */
    static @Nullable TemplatePattern parse(String text) {
        try {
            return pattern(text);
        } catch (NotATemplate e) {
            return null;
        }
    }

    private static TemplatePattern pattern(String text) {
        requireExpressions(text);
        List<Part> parts = new ArrayList<>();
        for (UriTemplateComponent component : scan(text)) {
            parts.add(
                    component instanceof Expression expression
                            ? expression(expression)
                            : new TemplateLiteral(component.getValue()));
        }
        return new TemplatePattern(parts);
    }

    /** Braces in pairs, with variables in them that are few and short. */
    private static void requireExpressions(String text) {
        int variables = 0;
        int close = -1;
        for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', close)) {
            close = text.indexOf('}', open);
            if (close < 0) {
                throw new NotATemplate();
            }
            String[] between = text.substring(open + 1, close).split(",", -1);
            variables += between.length;
            for (String variable : between) {
                if (variable.isEmpty()) {
                    throw new NotATemplate();
                }
                if (variable.length() > MAX_NAME) {
                    throw tooLarge(text, "a variable has more than " + MAX_NAME + " characters");
                }
            }
        }
        if (variables > Selector.Template.MAX_VARIABLES) {
            throw tooLarge(
                    text,
                    "it has " + variables + " variables; at most " + Selector.Template.MAX_VARIABLES + " are allowed");
        }
    }

    private static List<UriTemplateComponent> scan(String text) {
        try {
            return new UriTemplateParser().scan(text);
        } catch (MalformedUriTemplateException e) {
            throw new NotATemplate();
        }
    }

    private static Part expression(Expression expression) {
        Operator operator = expression.getOperator();
        List<Variable> variables = new ArrayList<>();
        for (VarSpec spec : expression.getVarSpecs()) {
            String name = spec.getVariableName();
            if (!NAME.matcher(name).matches()) {
                throw new NotATemplate();
            }
            boolean cut = spec.getModifier() == Modifier.PREFIX;
            if (cut && (spec.getPosition() < 1 || spec.getPosition() > MAX_PREFIX)) {
                throw new NotATemplate();
            }
            variables.add(new Variable(name, spec.getModifier() == Modifier.EXPLODE, cut ? spec.getPosition() : 0));
        }
        return switch (operator) {
            case NUL -> new TemplateExpression("", ',', false, false, false, variables);
            case RESERVED -> new TemplateExpression("", ',', true, false, false, variables);
            case FRAGMENT -> new TemplateExpression("#", ',', true, false, false, variables);
            case NAME_LABEL -> new TemplateExpression(".", '.', false, false, false, variables);
            case PATH -> new TemplateExpression("/", '/', false, false, false, variables);
            case MATRIX -> new TemplateExpression(";", ';', false, true, true, variables);
            case QUERY -> new TemplateExpression("?", '&', false, true, false, variables);
            case CONTINUATION -> new TemplateExpression("&", '&', false, true, false, variables);
        };
    }

    private static IllegalArgumentException tooLarge(String text, String fault) {
        String shown = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
        return new IllegalArgumentException("the URI template '" + shown + "' is too large: " + fault);
    }
}
