/**
 * Numbers for operators: {@link dev.fanfare.metrics.FanfareMetrics} tells a Micrometer registry of what the hub and the status
 * gateway count, and {@link dev.fanfare.metrics.PrometheusMetrics} is the registry of the service. The only package to know <a
 * href="https://docs.micrometer.io/micrometer/reference/">Micrometer</a>, which is optional; {@code docs/reference/metrics.md}
 * lists every number.
 */
@NullMarked
package dev.fanfare.metrics;

import org.jspecify.annotations.NullMarked;
