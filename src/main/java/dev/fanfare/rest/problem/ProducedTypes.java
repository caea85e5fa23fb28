package dev.fanfare.rest.problem;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which media types each resource method produces and consumes, so that a 406 or 415 can list them: the exception
 * does not say. Thread-safe; the implementation fills it when it builds its model of the resources.
 */
public final class ProducedTypes implements DynamicFeature {

    /** A part of a template: {@code {name}} or {@code {name: regex}}, the regex with one level of braces of its own. */
    private static final Pattern VARIABLE = Pattern.compile("\\{\\s*[\\w.-]+\\s*(?::((?:[^{}]|\\{[^{}]*})+))?}");

    /** How Jakarta REST writes which of several media types a server likes best (3.5). */
    private static final Pattern PREFERENCE = Pattern.compile("\\s*;\\s*qs\\s*=[^;,]*");

    private record Offer(String httpMethod, Pattern path, List<String> produces, List<String> consumes) {}

    private final List<Offer> offers = new CopyOnWriteArrayList<>();

    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        Class<?> type = resource.getResourceClass();
        Method method = resource.getResourceMethod();
        Path root = type.getAnnotation(Path.class);
        String httpMethod = httpMethod(method);
        if (root == null || httpMethod == null) {
            return;
        }
        Path rest = method.getAnnotation(Path.class);
        Produces produces = annotation(type, method, Produces.class);
        Consumes consumes = annotation(type, method, Consumes.class);
        offers.add(new Offer(
                httpMethod,
                pathPattern(root.value() + "/" + (rest == null ? "" : rest.value())),
                produces == null ? List.of() : plain(produces.value()),
                consumes == null ? List.of() : List.of(consumes.value())));
    }

    /** Media types that the method produces at the path, sorted; empty where none are declared. */
    Set<String> producedBy(String httpMethod, String path) {
        return collect(httpMethod.equals(HttpMethod.HEAD) ? HttpMethod.GET : httpMethod, path, Offer::produces);
    }

    /** Media types that the method reads at the path, sorted; empty where none are declared. */
    Set<String> consumedBy(String httpMethod, String path) {
        return collect(httpMethod, path, Offer::consumes);
    }

    private Set<String> collect(String httpMethod, String path, Function<Offer, List<String>> types) {
        String plain = withoutOuterSlashes(path);
        Set<String> found = new TreeSet<>();
        for (Offer offer : offers) {
            if (offer.httpMethod().equals(httpMethod)
                    && offer.path().matcher(plain).matches()) {
                found.addAll(types.apply(offer));
            }
        }
        return found;
    }

    /** Without the server's own preference, which is not a part of the media type. */
    private static List<String> plain(String[] types) {
        return Arrays.stream(types)
                .map(type -> PREFERENCE.matcher(type).replaceAll(""))
                .toList();
    }

    private static @Nullable String httpMethod(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .filter(named -> named != null)
                .map(HttpMethod::value)
                .findFirst()
                .orElse(null);
    }

    private static <A extends Annotation> @Nullable A annotation(Class<?> type, Method method, Class<A> wanted) {
        A own = method.getAnnotation(wanted);
        return own != null ? own : type.getAnnotation(wanted);
    }

    private static Pattern pathPattern(String template) {
        String plain = withoutOuterSlashes(template.replaceAll("/+", "/"));
        StringBuilder regex = new StringBuilder();
        Matcher variables = VARIABLE.matcher(plain);
        int end = 0;
        while (variables.find()) {
            String allowed =
                    variables.group(1) == null ? "[^/]+" : variables.group(1).strip();
            regex.append(Pattern.quote(plain.substring(end, variables.start()))).append("(?:" + allowed + ")");
            end = variables.end();
        }
        return Pattern.compile(regex.append(Pattern.quote(plain.substring(end))).toString());
    }

    private static String withoutOuterSlashes(String path) {
        return path.replaceAll("^/+|/+$", "");
    }
}
