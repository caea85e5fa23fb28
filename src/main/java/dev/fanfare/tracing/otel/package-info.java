/**
 * Spans by OpenTelemetry; the only package that knows its API, which may be absent. {@link
 * dev.fanfare.tracing.otel.OpenTelemetryTracing} is the way in; see <a
 * href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/">semantic conventions for messaging spans</a>.
 */
@NullMarked
package dev.fanfare.tracing.otel;

import org.jspecify.annotations.NullMarked;
