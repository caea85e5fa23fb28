package dev.fanfare.metrics;

import dev.fanfare.log.History;
import dev.fanfare.log.HistoryStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** The numbers of a history. */
final class HistoryMeters implements MeterBinder {
    private final History history;

    HistoryMeters(History history) {
        this.history = history;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "fanfare.history.events", "Events kept for clients that reconnect", HistoryStats::events);
        gauge(
                registry,
                "fanfare.history.bytes",
                "Bytes that they take up, in memory or in a file",
                HistoryStats::bytes);
        TimeGauge.builder(
                        "fanfare.history.oldest",
                        history,
                        TimeUnit.MILLISECONDS,
                        asked -> asked.stats().oldestAge().toMillis())
                .description("Age of the oldest event kept; 0 if there is none")
                .register(registry);
        FunctionTimer.builder(
                        "fanfare.history.commits",
                        history,
                        asked -> asked.stats().commits(),
                        asked -> asked.stats().commitTime().toNanos(),
                        TimeUnit.NANOSECONDS)
                .description("Commits, of one event or many, and the time spent in them")
                .register(registry);
        counter(registry, "fanfare.history.committed.events", "Events committed", HistoryStats::committedEvents);
        counter(registry, "fanfare.history.commits.failed", "Commits that failed", HistoryStats::failedCommits);
        counter(registry, "fanfare.history.reads", "Pages and ids looked up", HistoryStats::reads);
        Gauge.builder("fanfare.history.up", history, asked -> asked.fault().isPresent() ? 0 : 1)
                .description("1 while events can be kept, 0 while they can't")
                .register(registry);
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<HistoryStats> number) {
        Gauge.builder(name, history, asked -> number.applyAsDouble(asked.stats()))
                .description(description)
                .register(registry);
    }

    private void counter(
            MeterRegistry registry, String name, String description, ToDoubleFunction<HistoryStats> number) {
        FunctionCounter.builder(name, history, asked -> number.applyAsDouble(asked.stats()))
                .description(description)
                .register(registry);
    }
}
