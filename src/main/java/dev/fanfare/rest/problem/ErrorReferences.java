package dev.fanfare.rest.problem;

import static java.lang.System.Logger.Level.WARNING;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Faults of the server: told once to the log with all they carry, and to the client only by a reference that finds the log's
 * entry. Thread-safe.
 */
public final class ErrorReferences {

    private static final System.Logger LOG = System.getLogger(ErrorReferences.class.getName());

    /** @param path the request's path without its query, in which a token may be */
    Problem report(Throwable fault, String method, String path) {
        String reference =
                HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        LOG.log(WARNING, "Request failed, reference " + reference + ": " + method + " " + path, fault);
        ProblemType type = ProblemType.INTERNAL_ERROR;
        return new Problem(
                type.uri(),
                type.title(),
                type.status(),
                "The server failed; the request is not the cause. The server's log has the details under the reference "
                        + reference + ".",
                "urn:fanfare:incident:" + reference);
    }
}
