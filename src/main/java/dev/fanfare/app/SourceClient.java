package dev.fanfare.app;

import dev.fanfare.status.http.HttpClients;
import dev.fanfare.status.http.HttpSource;
import dev.fanfare.status.http.HttpSourceSettings;
import dev.fanfare.stream.Threads;
import dev.fanfare.stream.Ticker;
import dev.fanfare.tracing.Tracing;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The HTTP clients of all status sources, with threads that end. From JDK 21 on all of them end when it is closed; before, those
 * that wait for sockets end once the garbage collector has found that nobody has the clients any more, unless something
 * was being asked when the other threads ended: then never.
 */
final class SourceClient implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool(Threads.daemons("fanfare-source"));

    private final HttpClients clients = new HttpClients(HttpSource.newClient(threads));

    /** A source that asks through these clients. */
    HttpSource source(HttpSourceSettings settings, Ticker ticker, Tracing tracing) {
        return clients.source(settings, ticker, tracing);
    }

    /** Ends their threads; their sources are closed first. */
    @Override
    public void close() {
        clients.close();
        threads.shutdownNow();
    }
}
