package dev.fanfare.rest.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.rest.RestFeature;
import dev.fanfare.rest.cors.CorsSettings;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.test.JerseyTest;
import org.glassfish.jersey.test.TestProperties;
import org.junit.jupiter.api.Test;

class HealthResourceTest extends JerseyTest {

    private volatile Supplier<HealthCheck.Result> history = HealthCheck.Result::up;

    @Override
    protected Application configure() {
        forceSet(TestProperties.CONTAINER_PORT, "0");
        List<HealthCheck> ready = List.of(
                new HealthCheck("history", () -> history.get()), new HealthCheck("hub", HealthCheck.Result::up));
        return new ResourceConfig()
                .register(new RestFeature(CorsSettings.none()))
                .register(new HealthResource(List.of(), ready));
    }

    @Test
    void isUpWithoutChecks() {
        Response answer = target("health/live").request().get();

        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getMediaType()).hasToString("application/json");
        assertThat(answer.getHeaderString("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.readEntity(String.class)).isEqualTo("{\"status\":\"UP\",\"checks\":[]}");
    }

    @Test
    void isUpWhenEveryCheckIs() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("store", "memory");
        data.put("events", 12L);
        data.put("open", true);
        history = () -> new HealthCheck.Result(true, data);

        Response answer = target("health/ready").request().get();

        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.readEntity(String.class))
                .isEqualTo("{\"status\":\"UP\",\"checks\":[{\"name\":\"history\",\"status\":\"UP\","
                        + "\"data\":{\"store\":\"memory\",\"events\":12,\"open\":true}},"
                        + "{\"name\":\"hub\",\"status\":\"UP\"}]}");
    }

    @Test
    void isDownWhenOneCheckIs() {
        history = () -> HealthCheck.Result.down("the disk is full");

        Response answer = target("health/ready").request().get();

        assertThat(answer.getStatus()).isEqualTo(503);
        assertThat(answer.getMediaType()).hasToString("application/json");
        assertThat(answer.readEntity(String.class))
                .contains("{\"status\":\"DOWN\",\"checks\":[", "\"data\":{\"reason\":\"the disk is full\"}");
    }

    /** All nodes of a cluster lose the log together, and go on serving those who read. */
    @Test
    void isUpWhenWhatIsDownDoesNotCount() {
        history = () -> HealthCheck.Result.downAlone("the log is away");

        Response answer = target("health/ready").request().get();

        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.readEntity(String.class))
                .contains("{\"status\":\"UP\"", "\"status\":\"DOWN\",\"data\":{\"reason\":\"the log is away\"}");
    }

    @Test
    void aCheckThatThrowsIsDownAndGivesNothingAway() {
        history = () -> {
            throw new IllegalStateException("secret");
        };

        Response answer = target("health/ready").request().get();

        assertThat(answer.getStatus()).isEqualTo(503);
        assertThat(answer.readEntity(String.class))
                .contains("the check itself failed")
                .doesNotContain("Exception", "secret");
    }

    @Test
    void answersHead() {
        Response answer = target("health/ready").request().head();

        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getHeaderString("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void takesOnlyDataThatTheFormatKnows() {
        assertThatThrownBy(() -> new HealthCheck.Result(true, Map.of("since", List.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("since");
    }
}
