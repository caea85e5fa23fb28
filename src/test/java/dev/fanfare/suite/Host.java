package dev.fanfare.suite;

import java.net.URI;

/** A running service, wherever it runs. */
interface Host extends AutoCloseable {
    /** Where the service is, with a slash at the end. */
    URI base();

    /** Stops it; what it started is gone when this returns. */
    @Override
    void close();

    default int port() {
        return base().getPort();
    }

    /** A request target; {@code path} begins with a slash and counts from the context path. */
    default String target(String path) {
        return base().getRawPath() + path.substring(1);
    }
}
