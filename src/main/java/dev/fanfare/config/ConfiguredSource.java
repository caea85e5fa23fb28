package dev.fanfare.config;

import dev.fanfare.auth.Access;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.file.FileSourceSettings;
import dev.fanfare.status.http.AcceptedAnswers;
import dev.fanfare.status.jdbc.JdbcSourceSettings;
import java.util.Map;

/**
 * A status source, as configured under {@code fanfare.status.NAME}.
 *
 * @param origin where its statuses come from
 * @param settings how it is asked
 * @param access who may see its statuses
 */
public record ConfiguredSource(Origin origin, SourceSettings settings, Access access) {

    /** Where statuses come from. */
    public sealed interface Origin {
        /**
         * An HTTP server.
         *
         * @param url with placeholders such as {@code {param}}
         * @param headers sent with each poll; their values are secrets
         * @param accepted which answers tell a status
         */
        record Http(String url, Map<String, String> headers, AcceptedAnswers accepted) implements Origin {
            /** Copies the headers. */
            public Http {
                headers = Map.copyOf(headers);
            }

            /** Without the headers' values. */
            @Override
            public String toString() {
                return "Http[url=" + url + ", headers=" + headers.keySet() + ", accepted=" + accepted + "]";
            }
        }

        /**
         * A database.
         *
         * @param settings what is asked, and where
         */
        record Sql(JdbcSourceSettings settings) implements Origin {}

        /**
         * Files in a folder.
         *
         * @param settings which
         */
        record InFiles(FileSourceSettings settings) implements Origin {}

        /** Publishers, by {@code PUT}. */
        record Pushed() implements Origin {}
    }
}
