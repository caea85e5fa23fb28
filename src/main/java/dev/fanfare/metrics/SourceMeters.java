package dev.fanfare.metrics;

import dev.fanfare.status.SourceStats;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.status.watch.UnknownSource;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** The numbers of status sources, by their names. */
final class SourceMeters {
    private static final Map<String, ToLongFunction<SourceStats>> OUTCOMES = Map.of(
            "status", SourceStats::told,
            "unchanged", SourceStats::unchanged,
            "gone", SourceStats::gone,
            "failed", SourceStats::failed);

    private static final SourceStats GONE = new SourceStats(0, 0, 0, 0, 0, 0, Duration.ZERO);

    private final Statuses statuses;

    SourceMeters(Statuses statuses) {
        this.statuses = statuses;
    }

    /** What a source has been asked; nothing for one that is removed while its numbers are read. */
    private static SourceStats stats(Statuses statuses, String name) {
        try {
            return statuses.stats(name);
        } catch (UnknownSource e) {
            return GONE;
        }
    }

    /** Takes the numbers of a source out. */
    static void unbindFrom(MeterRegistry registry, String name) {
        for (Meter meter : registry.getMeters()) {
            Meter.Id id = meter.getId();
            boolean isOfSource =
                    id.getName().startsWith("fanfare.watches") || id.getName().startsWith("fanfare.polls");
            if (isOfSource && name.equals(id.getTag("source"))) {
                registry.remove(id);
            }
        }
    }

    /** Registers a source; again is no harm. */
    void bindTo(MeterRegistry registry, String name) {
        Tags source = Tags.of("source", name);
        Gauge.builder("fanfare.watches", statuses, asked -> stats(asked, name).watches())
                .description("Statuses that are watched or remembered")
                .tags(source)
                .register(registry);
        Gauge.builder(
                        "fanfare.watches.failing",
                        statuses,
                        asked -> stats(asked, name).failing())
                .description("Watched or remembered statuses whose source fails")
                .tags(source)
                .register(registry);
        if (statuses.isShared()) {
            Gauge.builder("fanfare.watches.owned", statuses, asked -> asked.owned(name))
                    .description("Statuses that this node polls for all nodes")
                    .tags(source)
                    .register(registry);
        }
        OUTCOMES.forEach((outcome, number) -> FunctionCounter.builder(
                        "fanfare.polls", statuses, asked -> number.applyAsLong(stats(asked, name)))
                .description("Polls, by outcome")
                .tags(source.and("outcome", outcome))
                .register(registry));
        FunctionTimer.builder(
                        "fanfare.polls.duration",
                        statuses,
                        asked -> stats(asked, name).polls(),
                        asked -> stats(asked, name).time().toNanos(),
                        TimeUnit.NANOSECONDS)
                .description("Polls, and the time spent waiting for their answers")
                .tags(source)
                .register(registry);
    }
}
