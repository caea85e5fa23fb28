package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.OpenApi;
import dev.fanfare.testing.OpenApi.Operation;
import dev.fanfare.testing.RawHttp;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The OpenAPI text says what is served. What it says of statuses is held to the answers by {@link Subject}. */
class OpenApiTest {
    /** Where the method itself looks at the media type, since the URL may allow no such method at all. */
    private static final Map<String, Set<String>> CONSUMED_BEYOND_ANNOTATIONS =
            Map.of("PUT /status/{source}", Set.of(MediaType.APPLICATION_JSON));

    private static Map<String, Operation> served() throws IOException {
        Map<String, Operation> served = new TreeMap<>();
        try (JobSource jobs = new JobSource();
                GrizzlyHost host = GrizzlyHost.start(HttpSuite.settings(jobs))) {
            for (Object component : host.server().service().getSingletons()) {
                for (Method method : component.getClass().getMethods()) {
                    httpMethod(method).ifPresent(name -> {
                        String key = name + " " + path(component.getClass(), method);
                        Set<String> consumes = mediaTypes(method, Consumes.class, Consumes::value);
                        consumes.addAll(CONSUMED_BEYOND_ANNOTATIONS.getOrDefault(key, Set.of()));
                        Set<String> produces = mediaTypes(method, Produces.class, Produces::value);
                        served.merge(key, new Operation(consumes, produces, Set.of()), OpenApiTest::both);
                    });
                }
            }
        }
        return served;
    }

    private static Optional<String> httpMethod(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .filter(named -> named != null)
                .map(HttpMethod::value)
                .findFirst();
    }

    private static String path(Class<?> resource, Method method) {
        Path own = method.getAnnotation(Path.class);
        String path = "/" + resource.getAnnotation(Path.class).value() + "/" + (own == null ? "" : own.value());
        String plain = path.replaceAll("/+", "/").replaceAll("\\{\\s*([\\w-]+)[^}]*}", "{$1}");
        return plain.length() > 1 && plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
    }

    private static <A extends Annotation> Set<String> mediaTypes(
            Method method, Class<A> type, Function<A, String[]> values) {
        A found = Optional.ofNullable(method.getAnnotation(type))
                .orElse(method.getDeclaringClass().getAnnotation(type));
        Set<String> types = new TreeSet<>();
        for (String value : found == null ? new String[0] : values.apply(found)) {
            if (!value.equals(MediaType.WILDCARD)) { // what is answered is of another of the types
                types.add(value.replaceAll(";\\s*qs=[0-9.]+", ""));
            }
        }
        return types;
    }

    private static Operation both(Operation one, Operation other) {
        Set<String> consumes = new TreeSet<>(one.consumes());
        consumes.addAll(other.consumes());
        Set<String> produces = new TreeSet<>(one.produces());
        produces.addAll(other.produces());
        return new Operation(consumes, produces, Set.of());
    }

    @Test
    void hasEveryPathMethodAndMediaTypeThatIsServedAndNoOther() throws IOException {
        Map<String, Operation> told = new TreeMap<>();
        OpenApi.served()
                .operations()
                .forEach((key, operation) ->
                        told.put(key, new Operation(operation.consumes(), operation.produces(), Set.of())));

        assertThat(told).containsExactlyEntriesOf(served());
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        OpenApi.served().requireReferences();
    }

    @Test
    void isServed() throws IOException {
        try (JobSource jobs = new JobSource();
                GrizzlyHost host = GrizzlyHost.start(HttpSuite.settings(jobs))) {
            RawHttp.Answer answer = RawHttp.request(host.port(), "GET", "/openapi.yaml");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Content-Type")).isEqualTo("application/yaml");
            assertThat(answer.body()).startsWith("openapi: 3.1.");
            assertThat(RawHttp.request(host.port(), "GET", "/openapi.yaml", "If-None-Match: " + answer.header("ETag"))
                            .status())
                    .isEqualTo(304);
        }
    }
}
