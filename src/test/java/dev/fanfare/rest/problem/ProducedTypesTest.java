package dev.fanfare.rest.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.rest.SampleResource;
import dev.fanfare.rest.StatusResource;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

class ProducedTypesTest {

    private final ProducedTypes offers = offers(SampleResource.class);

    @Test
    void knowsWhatAMethodProducesAndReads() {
        assertThat(offers.producedBy("GET", "sample")).containsExactly("text/plain");
        assertThat(offers.consumedBy("POST", "/sample/")).containsExactly("application/x-www-form-urlencoded");
    }

    @Test
    void tellsAMediaTypeWithoutTheServersPreference() {
        assertThat(offers(StatusResource.class).producedBy("GET", "status/jobs"))
                .containsExactly("application/json", "text/event-stream");
    }

    @Test
    void headProducesWhatGetDoes() {
        assertThat(offers.producedBy("HEAD", "sample/stream")).containsExactly("text/event-stream");
    }

    @Test
    void matchesTemplates() {
        assertThat(offers.producedBy("GET", "sample/name/ada")).containsExactly("application/json", "text/csv");
        assertThat(offers.producedBy("GET", "sample/name/ADA")).isEmpty();
        assertThat(offers.producedBy("GET", "sample/name/a/b")).isEmpty();
    }

    @Test
    void knowsNothingOfOtherMethodsAndPaths() {
        assertThat(offers.producedBy("PUT", "sample")).isEmpty();
        assertThat(offers.producedBy("GET", "nope")).isEmpty();
    }

    private static ProducedTypes offers(Class<?> resource) {
        ProducedTypes offers = new ProducedTypes();
        for (Method method : resource.getDeclaredMethods()) {
            offers.configure(
                    new ResourceInfo() {
                        @Override
                        public Method getResourceMethod() {
                            return method;
                        }

                        @Override
                        public Class<?> getResourceClass() {
                            return resource;
                        }
                    },
                    null);
        }
        return offers;
    }
}
