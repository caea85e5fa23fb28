package dev.fanfare.app;

import dev.fanfare.Fanfare;
import dev.fanfare.FanfareBuilder;
import dev.fanfare.Parts;
import dev.fanfare.cluster.ReplicatedHistory;
import dev.fanfare.config.ConfigFaults;
import dev.fanfare.config.Settings;
import dev.fanfare.log.History;
import dev.fanfare.sink.Outlets;
import dev.fanfare.status.StatusSourceProvider;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.TimedClose;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.tracing.Tracing;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Fanfare} as the configuration describes it, with its status sources and what those need: everything of a service
 * but its HTTP. Ready at once, and stopped by {@link #close}. Thread-safe.
 */
public final class ConfiguredFanfare implements AutoCloseable {
    private static final Duration MOST_TO_CLOSE = Duration.ofMillis(1800);

    private final Fanfare fanfare;
    private final ConfiguredSources sources;

    private ConfiguredFanfare(Fanfare fanfare) {
        this.fanfare = fanfare;
        Parts parts = Parts.of(fanfare);
        this.sources = new ConfiguredSources(parts.statuses(), parts.loops().ticker(), parts.tracing());
    }

    /**
     * What the settings describe, with spans where OpenTelemetry's global one records them.
     *
     * @param outlets the server's ways to its clients; null writes through the sinks
     * @throws ConfigFaults as the other method
     */
    public static ConfiguredFanfare of(Settings settings, @Nullable Outlets outlets) {
        return of(settings, outlets, null);
    }

    /**
     * What the settings describe.
     *
     * @param tracing where spans go unless the settings switch them off; null for OpenTelemetry's global one
     * @param outlets the server's ways to its clients; null writes through the sinks
     * @throws ConfigFaults if a status source that the application brings can't be used
     * @throws dev.fanfare.history.HistoryRefused if the history is to be in a file that can't be used, or the engine of the
     *     cluster will not do; tells why
     */
    public static ConfiguredFanfare of(Settings settings, @Nullable Outlets outlets, @Nullable Tracing tracing) {
        ConfiguredFanfare configured = withoutSources(settings, outlets, tracing);
        try {
            configured.addSources(settings);
        } catch (RuntimeException | Error e) {
            configured.close(); // or the history's file would stay in use
            throw e;
        }
        return configured;
    }

    /** As {@link #of}, without status sources, also those that the application brings. */
    public static ConfiguredFanfare withoutSources(
            Settings settings, @Nullable Outlets outlets, @Nullable Tracing tracing) {
        FanfareBuilder builder = Fanfare.builder()
                .streams(settings.stream())
                .history(settings.history())
                .maxTemplates(settings.limits().templates())
                .anonymousPasses(settings.limits().anonymousPasses());
        if (settings.cluster() != null) {
            builder.cluster(settings.cluster());
        }
        if (outlets != null) {
            builder.outlets(outlets);
        }
        if (!settings.traces()) {
            builder.tracing(Tracing.NONE);
        } else if (tracing != null) {
            builder.tracing(tracing);
        }
        return new ConfiguredFanfare(builder.build());
    }

    private void addSources(Settings settings) {
        ConfiguredSources.Prepared prepared = sources.prepare(settings.status().sources(), Set.of());
        Statuses statuses = Parts.of(fanfare).statuses();
        statuses.change(prepared.changes(), () -> {});
        sources.take(prepared);
        for (StatusSourceProvider provider : ServiceLoader.load(StatusSourceProvider.class)) {
            register(statuses, provider);
        }
    }

    private static void register(Statuses statuses, StatusSourceProvider provider) {
        try {
            statuses.register(provider.name(), provider.source(), provider.settings());
        } catch (IllegalArgumentException e) {
            throw new ConfigFaults(
                    List.of("The status source of " + provider.getClass().getName()
                            + " can't be used: " + e.getMessage()
                            + "; give it another name there, or remove the other source of that name"));
        }
    }

    /** The status sources that the configuration names. */
    ConfiguredSources sources() {
        return sources;
    }

    /** The library's face of it. */
    public Fanfare fanfare() {
        return fanfare;
    }

    /**
     * What is to be looked at to know whether all is well, by its name; each gives what is wrong, if anything is: {@code history}
     * while events can't be kept, {@code threads} once one is gone for good, {@code writers} while one can't write to clients.
     */
    public static Map<String, Supplier<Optional<String>>> checks(Fanfare fanfare) {
        History history = Parts.of(fanfare).history();
        WriterLoops loops = Parts.of(fanfare).loops();
        Map<String, Supplier<Optional<String>>> checks = new LinkedHashMap<>();
        checks.put("history", history::fault);
        checks.put("threads", history::broken);
        checks.put("writers", loops::fault);
        return checks;
    }

    /** Where this node stands to the log that it shares with others; empty for a node alone. */
    public Optional<ReplicatedHistory> sharedLog() {
        return Parts.of(fanfare).history() instanceof ReplicatedHistory shared ? Optional.of(shared) : Optional.empty();
    }

    /** What closes it, in order. */
    List<Runnable> closing() {
        return List.of(fanfare::close, sources::close);
    }

    /** Ends all streams, then all threads; returns within two seconds, as {@link Fanfare#close} does. */
    @Override
    public void close() {
        TimedClose.within(MOST_TO_CLOSE, "Fanfare", closing().toArray(Runnable[]::new));
    }
}
