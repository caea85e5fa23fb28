package dev.fanfare.app;

import dev.fanfare.Parts;
import dev.fanfare.cluster.ReplicatedHistory;
import dev.fanfare.event.Selector;
import dev.fanfare.hub.ChannelStats;
import dev.fanfare.hub.HubStats;
import dev.fanfare.log.HistoryStats;
import dev.fanfare.rest.StatusAccess;
import dev.fanfare.rest.StatusListResource;
import dev.fanfare.status.BlockingSource;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.stream.StreamKind;
import dev.fanfare.stream.StreamStats;
import dev.fanfare.stream.Ticker;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * What this server has, as a status that the console watches: streams, log, memory, topics, sources. Counters only grow, so that
 * a reader makes rates of two of them. Its size is bounded, whatever the server has. Thread-safe.
 */
final class ServerStatus implements BlockingSource {
    /** The source's name: {@code /status/fanfare}. */
    static final String NAME = "fanfare";

    /** Asked each second while somebody looks, and never else. */
    static final SourceSettings SETTINGS = SourceSettings.builder()
            .every(Duration.ofSeconds(1))
            .linger(Duration.ofSeconds(2))
            .retry(Duration.ofSeconds(3))
            .build();

    private static final int MOST_CHANNELS = 50;
    private static final int MOST_WATCHES = 50;
    private static final int MOST_SELECTORS = 5;
    private static final int LONGEST_SELECTOR = 200;

    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    private final Parts parts;
    private final String store;
    private final int maxStreams;
    private final boolean demo;
    private final Ticker ticker;
    private final Instant startedAt;
    private final String version = ProductVersion.text();

    /**
     * @param store where events are kept
     * @param maxStreams most connections
     * @param demo whether the demo's resources are there
     */
    ServerStatus(Parts parts, String store, int maxStreams, boolean demo) {
        this.parts = parts;
        this.store = store;
        this.maxStreams = maxStreams;
        this.demo = demo;
        this.ticker = parts.loops().ticker();
        this.startedAt = ticker.now();
    }

    @Override
    public Reading read(Map<String, String> params) {
        Instant now = ticker.now();
        return Reading.of(JSON.createObjectBuilder()
                .add("now", now.toEpochMilli())
                .add("startedAt", startedAt.toEpochMilli())
                .add("version", version)
                .add("java", System.getProperty("java.version", ""))
                .add("demo", demo)
                .add("streams", streams(parts.loops().stats()))
                .add("log", log())
                .add("cluster", cluster())
                .add("memory", memory())
                .add("topics", topics())
                .add("sources", StatusListResource.sources(parts.statuses(), StatusAccess.Sight.ALL, MOST_WATCHES))
                .build());
    }

    private JsonObjectBuilder streams(StreamStats stats) {
        JsonObjectBuilder open = JSON.createObjectBuilder();
        long sent = 0;
        long bytes = 0;
        for (StreamKind kind : StreamKind.values()) {
            open.add(kind.name().toLowerCase(Locale.ROOT), stats.open(kind));
            sent += stats.eventsSent(kind);
            bytes += stats.bytesSent(kind);
        }
        return JSON.createObjectBuilder()
                .add("open", open)
                .add("limit", maxStreams)
                .add("sent", sent)
                .add("bytes", bytes)
                .add("lag", stats.largestLag())
                .add("blocked", stats.blocked())
                .add("catchingUp", stats.catchingUp());
    }

    private JsonObjectBuilder log() {
        HubStats hub = parts.log().stats();
        HistoryStats history = parts.history().stats();
        JsonObjectBuilder log = JSON.createObjectBuilder()
                .add("store", store)
                .add("published", hub.events())
                .add("gaps", hub.gaps())
                .add("kept", history.events())
                .add("bytes", history.bytes())
                .add("oldestAgeMs", history.oldestAge().toMillis());
        parts.history().fault().ifPresent(fault -> log.add("fault", fault));
        return log;
    }

    /** Null where this process is alone. */
    private JsonValue cluster() {
        if (!(parts.history() instanceof ReplicatedHistory shared)) {
            return JsonValue.NULL;
        }
        ReplicatedHistory.LogStats stats = shared.logStats();
        JsonObjectBuilder cluster = JSON.createObjectBuilder()
                .add("log", "shared by several nodes")
                .add("head", stats.head())
                .add("lag", stats.lag())
                .add("lives", stats.lives());
        shared.logFault().ifPresent(fault -> cluster.add("fault", fault));
        return cluster.build();
    }

    private JsonObjectBuilder memory() {
        Runtime runtime = Runtime.getRuntime();
        return JSON.createObjectBuilder()
                .add("used", runtime.totalMemory() - runtime.freeMemory())
                .add("max", runtime.maxMemory())
                .add("halfWritten", parts.loops().pinnedBytes());
    }

    private JsonObjectBuilder topics() {
        JsonArrayBuilder listed = JSON.createArrayBuilder();
        for (ChannelStats channel : parts.log().largestChannels(MOST_CHANNELS)) {
            JsonArrayBuilder selectors = JSON.createArrayBuilder();
            channel.selectors().stream()
                    .limit(MOST_SELECTORS)
                    .map(ServerStatus::shortened)
                    .forEach(selectors::add);
            listed.add(JSON.createObjectBuilder()
                    .add("selectors", selectors)
                    .add("more", Math.max(0, channel.selectors().size() - MOST_SELECTORS))
                    .add("subscribers", channel.subscribers())
                    .add("events", channel.events()));
        }
        return JSON.createObjectBuilder().add("count", parts.log().channels()).add("listed", listed);
    }

    private static String shortened(Selector selector) {
        String text = selector.text();
        return text.length() <= LONGEST_SELECTOR ? text : text.substring(0, LONGEST_SELECTOR) + "…";
    }
}
