package dev.fanfare.metrics;

import dev.fanfare.cluster.ReplicatedHistory;
import dev.fanfare.cluster.ReplicatedHistory.LogStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/** How a node of a cluster stands to the shared log. */
final class SharedLogMeters implements MeterBinder {
    private final ReplicatedHistory history;

    SharedLogMeters(ReplicatedHistory history) {
        this.history = history;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(
                registry,
                "fanfare.log.up",
                "1 while the shared log can be read and appended to",
                log -> log.isUp() ? 1 : 0);
        gauge(
                registry,
                "fanfare.log.ready",
                "1 once this node has caught up with the log",
                log -> log.isReady() ? 1 : 0);
        gauge(registry, "fanfare.log.lag.events", "Events of the log that this node does not have yet", LogStats::lag);
        gauge(
                registry,
                "fanfare.log.epochs",
                "Lives of the log that this node knows; one more after a loss",
                LogStats::lives);
        gauge(
                registry,
                "fanfare.log.waiting",
                "Publications that wait for the log",
                log -> log.appends().waiting());
        counter(
                registry,
                "fanfare.log.appends",
                "Batches that the log has taken",
                log -> log.appends().batches());
        counter(
                registry,
                "fanfare.log.appended.publications",
                "Publications in these batches",
                log -> log.appends().publications());
        counter(
                registry,
                "fanfare.log.retries",
                "How often a batch was sent again",
                log -> log.appends().retries());
        counter(
                registry,
                "fanfare.log.expired",
                "Publications that waited for the log in vain",
                log -> log.appends().expired());
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<LogStats> number) {
        Gauge.builder(name, history, asked -> number.applyAsDouble(asked.logStats()))
                .description(description)
                .register(registry);
    }

    private void counter(MeterRegistry registry, String name, String description, ToDoubleFunction<LogStats> number) {
        FunctionCounter.builder(name, history, asked -> number.applyAsDouble(asked.logStats()))
                .description(description)
                .register(registry);
    }
}
