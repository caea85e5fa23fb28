package dev.fanfare.rest.health;

import static java.lang.System.Logger.Level.WARNING;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * {@code GET /health/live} (restart me when it is down) and {@code GET /health/ready} (send me no requests while it is down),
 * in the form of <a href="https://download.eclipse.org/microprofile/microprofile-health-4.0/microprofile-health-spec-4.0.html">
 * MicroProfile Health 4.0</a>: 200 when every check that counts is up, else 503. To be registered as a singleton. Thread-safe.
 */
@Path("health")
@Produces(MediaType.APPLICATION_JSON)
public final class HealthResource {

    private static final System.Logger LOG = System.getLogger(HealthResource.class.getName());
    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    private final List<HealthCheck> live;
    private final List<HealthCheck> ready;

    /** Any number of checks of each kind, by name. Without checks an answer is up: that it comes at all is what it says then. */
    public HealthResource(List<HealthCheck> live, List<HealthCheck> ready) {
        this.live = List.copyOf(live);
        this.ready = List.copyOf(ready);
    }

    @GET
    @Path("live")
    public Response live() {
        return answer(live);
    }

    @GET
    @Path("ready")
    public Response ready() {
        return answer(ready);
    }

    private static Response answer(List<HealthCheck> checks) {
        boolean allUp = true;
        JsonArrayBuilder results = JSON.createArrayBuilder();
        for (HealthCheck check : checks) {
            HealthCheck.Result result = ask(check);
            allUp &= result.isUp() || !result.counts();
            results.add(toJson(check.name(), result));
        }
        String body = JSON.createObjectBuilder()
                .add("status", status(allUp))
                .add("checks", results)
                .build()
                .toString();
        return Response.status(allUp ? 200 : 503)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(body.getBytes(StandardCharsets.UTF_8))
                .build();
    }

    private static HealthCheck.Result ask(HealthCheck check) {
        try {
            return check.probe().get();
        } catch (RuntimeException e) {
            LOG.log(WARNING, "The health check '" + check.name() + "' failed itself and counts as down", e);
            return HealthCheck.Result.down("the check itself failed");
        }
    }

    private static JsonObjectBuilder toJson(String name, HealthCheck.Result result) {
        JsonObjectBuilder json = JSON.createObjectBuilder().add("name", name).add("status", status(result.isUp()));
        return result.data().isEmpty() ? json : json.add("data", JSON.createObjectBuilder(result.data()));
    }

    private static String status(boolean up) {
        return up ? "UP" : "DOWN";
    }
}
