package dev.fanfare.rest;

import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.watch.SourceView;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.status.watch.UnknownSource;
import dev.fanfare.status.watch.WatchInfo;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code GET /status}: the sources and how their watches are doing, as far as the client may see them. Thread-safe. */
@Path("status")
public final class StatusListResource {
    /** Most watches of a source that are listed. */
    static final int MOST_WATCHES = 1000;

    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    private final Statuses statuses;
    private final StatusAccess access;

    public StatusListResource(Statuses statuses, StatusAccess access) {
        this.statuses = statuses;
        this.access = access;
    }

    /** The list. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Response list(@Context UriInfo uri, @Context HttpHeaders headers) {
        JsonArrayBuilder sources =
                statuses.unchanged(() -> sources(statuses, access.sight(headers, uri), MOST_WATCHES));
        JsonObjectBuilder all = JSON.createObjectBuilder().add("sources", sources);
        statuses.node().ifPresent(node -> all.add("node", node));
        String list = all.build().toString();
        return Response.ok(list.getBytes(StandardCharsets.UTF_8), MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    /**
     * The sources that may be seen, and how their watches are doing.
     *
     * @param most most watches that are listed of a source
     */
    public static JsonArrayBuilder sources(Statuses statuses, StatusAccess.Sight sight, int most) {
        JsonArrayBuilder sources = JSON.createArrayBuilder();
        for (String name : statuses.names()) {
            SourceView source;
            try {
                source = statuses.source(name);
            } catch (UnknownSource e) { // removed meanwhile
                continue;
            }
            List<WatchInfo> all = source.watches();
            List<WatchInfo> watches =
                    all.stream().filter(watch -> sight.ofWatch(watch.url())).toList();
            boolean isShown = sight.ofSource(name);
            if (isShown || !watches.isEmpty()) {
                int count = isShown ? all.size() : watches.size();
                sources.add(source(source, name, watches.subList(0, Math.min(most, watches.size())), count));
            }
        }
        return sources;
    }

    private static JsonObjectBuilder source(SourceView source, String name, List<WatchInfo> watches, int count) {
        SourceSettings settings = source.settings();
        JsonArrayBuilder listed = JSON.createArrayBuilder();
        watches.stream().map(StatusListResource::watch).forEach(listed::add);
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("name", name)
                .add("kind", source.isPushed() ? "pushed" : "polled")
                .add("params", JSON.createArrayBuilder(settings.params()));
        if (!source.isPushed()) {
            json.add("everyMs", settings.every().toMillis());
        }
        return json.add("watchCount", count).add("watches", listed);
    }

    private static JsonObjectBuilder watch(WatchInfo watch) {
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("url", watch.url().toString())
                .add("state", watch.state().name().toLowerCase(Locale.ROOT))
                .add("clients", watch.clients())
                .add("ruleSets", watch.ruleSets());
        addIfKnown(json, "asOf", watch.asOf());
        addIfKnown(json, "lastPoll", watch.lastPoll());
        addIfKnown(json, "nextPoll", watch.nextPoll());
        json.add("failures", watch.failures());
        addIfKnown(json, "reason", watch.reason());
        addIfKnown(json, "owner", watch.owner());
        return json;
    }

    private static void addIfKnown(JsonObjectBuilder json, String name, @Nullable Object value) {
        if (value != null) {
            json.add(name, value.toString());
        }
    }
}
