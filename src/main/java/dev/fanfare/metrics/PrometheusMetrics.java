package dev.fanfare.metrics;

import dev.fanfare.Fanfare;
import dev.fanfare.rest.MetricsText;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** The numbers of a service and of its JVM, as text for Prometheus. Thread-safe. */
public final class PrometheusMetrics implements MetricsText, AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();

    /** The numbers of {@code fanfare}, from now on. */
    public PrometheusMetrics(Fanfare fanfare) {
        new FanfareMetrics(fanfare).bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    @Override
    public String text(Format format) {
        return registry.scrape(format.contentType());
    }

    /** Lets go of the JVM, which tells the registry of each garbage collection. */
    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
