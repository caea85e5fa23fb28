package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.container.ResourceInfo;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

class OffersTest {

    private final Offers offers = offers();

    @Test
    void knowsWhatAMethodProducesAndReads() {
        assertThat(offers.producedBy("GET", "sample")).containsExactly("text/plain");
        assertThat(offers.consumedBy("POST", "/sample/")).containsExactly("application/x-www-form-urlencoded");
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

    private static Offers offers() {
        Offers offers = new Offers();
        for (Method method : SampleResource.class.getDeclaredMethods()) {
            offers.configure(
                    new ResourceInfo() {
                        @Override
                        public Method getResourceMethod() {
                            return method;
                        }

                        @Override
                        public Class<?> getResourceClass() {
                            return SampleResource.class;
                        }
                    },
                    null);
        }
        return offers;
    }
}
