package dev.fanfare.suite;

import java.net.URI;
import java.util.Set;

/** A running service, wherever it runs. */
interface Host extends AutoCloseable {
    /** Where the service is, with a slash at the end. */
    URI base();

    /** Stops it; what it started is gone when this returns. */
    @Override
    void close();

    /** What is different here from all others. */
    default Set<Peculiarity> peculiarities() {
        return Set.of();
    }

    /** Whether the service learns that a client has left by writing to it, and not at once; not if it has ended. */
    default boolean noticesLeavingLate() {
        return false;
    }

    /** What a server does by itself, where the service has no say. */
    enum Peculiarity {
        /** A query that can't be decoded gets the server's own 400. */
        REFUSES_QUERIES_ITSELF,
        /** A path that can't be decoded gets an empty 200. */
        ANSWERS_UNDECODABLE_PATHS,
        /** A header may have a megabyte. */
        TAKES_LARGE_HEADERS,
        /** In an answer's headers, bytes beyond ASCII become blanks. */
        SENDS_ASCII_HEADERS,
        /** A header beyond ASCII may get the server's own 400. */
        MAY_REFUSE_HEADERS_BEYOND_ASCII,
        /** It takes no notice of SIGTERM to a web application until its requests are over, or half a minute later. */
        AWAITS_REQUESTS_WHEN_STOPPING,
        /** A few applications that were undeployed stay reachable, as many after ten deployments as after three. */
        KEEPS_A_FEW_APPLICATIONS
    }

    default int port() {
        return base().getPort();
    }

    /** A request target; {@code path} begins with a slash and counts from the context path. */
    default String target(String path) {
        return base().getRawPath() + path.substring(1);
    }
}
