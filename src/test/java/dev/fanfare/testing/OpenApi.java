package dev.fanfare.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The OpenAPI text of the service, as far as tests hold it against what is served. */
public final class OpenApi {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch");
    private static final OpenApi SERVED = new OpenApi();

    /**
     * What the text says of a method at a path.
     *
     * @param consumes media types of bodies
     * @param produces media types of good answers
     */
    public record Operation(Set<String> consumes, Set<String> produces, Set<Integer> statuses) {}

    private final Map<String, Object> root;
    private final Map<String, Operation> operations = new LinkedHashMap<>();

    private OpenApi() {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try (InputStream text = OpenApi.class.getResourceAsStream("/dev/fanfare/rest/openapi.yaml")) {
            root = new Yaml(new SafeConstructor(options)).load(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        map(root.get("paths"))
                .forEach((path, item) -> map(item).forEach((method, operation) -> {
                    if (METHODS.contains(method)) {
                        operations.put(method.toUpperCase(Locale.ROOT) + " " + path, operation(map(operation)));
                    }
                }));
    }

    /** The text that the service has on its class path. */
    public static OpenApi served() {
        return SERVED;
    }

    /** By method and path, as in {@code GET /status/{source}}. */
    public Map<String, Operation> operations() {
        return operations;
    }

    /** The statuses that a request may get according to the text, null where the text has no such path and method. */
    public @Nullable Set<Integer> statuses(String method, String path) {
        String plain = path.split("[?]", 2)[0];
        for (Map.Entry<String, Operation> operation : operations.entrySet()) {
            String[] key = operation.getKey().split(" ", 2);
            String pattern = "\\Q" + key[1].replaceAll("\\{[^}]*}", "\\\\E[^/]+\\\\Q") + "\\E";
            if (key[0].equals(method) && Pattern.matches(pattern, plain)) {
                return operation.getValue().statuses();
            }
        }
        return null;
    }

    private Operation operation(Map<String, Object> operation) {
        Set<String> consumes = operation.containsKey("requestBody")
                ? map(resolved(operation.get("requestBody")).get("content")).keySet()
                : Set.of();
        Set<String> produces = new TreeSet<>();
        Set<Integer> statuses = new TreeSet<>();
        map(operation.get("responses")).forEach((status, response) -> {
            statuses.add(Integer.valueOf(status));
            Object content = resolved(response).get("content");
            if (status.startsWith("2") && content != null) {
                produces.addAll(map(content).keySet());
            }
        });
        return new Operation(new TreeSet<>(consumes), produces, statuses);
    }

    /** Follows a {@code $ref}; one that leads nowhere fails. */
    private Map<String, Object> resolved(Object value) {
        Map<String, Object> found = map(value);
        Object reference = found.get("$ref");
        if (reference == null) {
            return found;
        }
        Object target = root;
        for (String step : reference.toString().substring(2).split("/")) {
            target = map(target).get(step);
            if (target == null) {
                throw new AssertionError(reference + " leads nowhere");
            }
        }
        return map(target);
    }

    /** Fails where any reference of the text leads nowhere. */
    public void requireReferences() {
        requireReferences(root);
    }

    private void requireReferences(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            if (map.containsKey("$ref")) {
                resolved(map);
            }
            map.values().forEach(this::requireReferences);
        } else if (value instanceof Iterable<?> list) {
            list.forEach(this::requireReferences);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new AssertionError("expected a mapping, found " + value);
    }
}
