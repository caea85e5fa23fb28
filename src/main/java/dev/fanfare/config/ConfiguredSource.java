package dev.fanfare.config;

import dev.fanfare.status.SourceSettings;
import java.util.Map;

/**
 * A status source that polls an HTTP server, as configured under {@code fanfare.status.NAME}.
 *
 * @param url with {@code {param}} places
 * @param headers sent with each poll; their values are secrets
 * @param settings how it is asked
 * @param access who may see its statuses
 */
public record ConfiguredSource(String url, Map<String, String> headers, SourceSettings settings, Access access) {

    /** Who may see the statuses of a source. */
    public enum Access {
        /** Everybody. */
        ANONYMOUS,
        /** Whoever has a token for them. Not built yet. */
        TOKEN
    }

    /** Copies the headers. */
    public ConfiguredSource {
        headers = Map.copyOf(headers);
    }

    /** Without the headers' values. */
    @Override
    public String toString() {
        return "ConfiguredSource[url=" + url + ", headers=" + headers.keySet() + ", settings=" + settings + ", access="
                + access + "]";
    }
}
