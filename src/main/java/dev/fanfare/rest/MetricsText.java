package dev.fanfare.rest;

/** Numbers for operators, as text. A port; implementations are thread-safe and do not block. */
public interface MetricsText {
    /** How the text is written. */
    enum Format {
        /** <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus, text 0.0.4</a>. */
        PROMETHEUS("text/plain; version=0.0.4; charset=utf-8"),
        /** <a href="https://prometheus.io/docs/specs/om/open_metrics_spec/">OpenMetrics 1.0.0</a>. */
        OPENMETRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

        private final String contentType;

        Format(String contentType) {
            this.contentType = contentType;
        }

        /** The media type with its parameters. */
        public String contentType() {
            return contentType;
        }
    }

    /** All numbers, as they are now. */
    String text(Format format);
}
