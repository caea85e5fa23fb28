package dev.fanfare;

import dev.fanfare.tracing.Tracing;
import dev.fanfare.tracing.otel.OpenTelemetryTracing;

/** Finds out whether OpenTelemetry's API is there, which the library can do without. */
final class FoundTracing {
    private static final System.Logger LOG = System.getLogger(FoundTracing.class.getName());

    private FoundTracing() {}

    static Tracing find() {
        try {
            return OpenTelemetryTracing.global();
        } catch (LinkageError e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "Nothing is traced, since there is no OpenTelemetry API of 1.57 or newer",
                    e);
            return Tracing.NONE;
        }
    }
}
