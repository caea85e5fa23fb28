package dev.fanfare.app;

import dev.fanfare.status.http.HttpSource;
import dev.fanfare.status.http.HttpSourceSettings;
import dev.fanfare.stream.Threads;
import dev.fanfare.stream.Ticker;
import dev.fanfare.tracing.Tracing;
import java.lang.reflect.InvocationTargetException;
import java.net.http.HttpClient;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The HTTP client of all status sources, with threads that end. From JDK 21 on all of them end when it is closed; before, the
 * one that waits for sockets ends once the garbage collector has found that nobody has the client any more, unless something
 * was being asked when the other threads ended: then never.
 */
final class SourceClient implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SourceClient.class.getName());

    private final ExecutorService threads = Executors.newCachedThreadPool(Threads.daemons("fanfare-source"));

    private final HttpClient client = create(threads);

    /** The client's own thread must not keep the class loader of a web application that is gone. */
    private static HttpClient create(ExecutorService threads) {
        Thread current = Thread.currentThread();
        ClassLoader before = current.getContextClassLoader();
        current.setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try {
            return HttpSource.newClient(threads);
        } finally {
            current.setContextClassLoader(before);
        }
    }

    /** A source that asks through this client. */
    HttpSource source(HttpSourceSettings settings, Ticker ticker, Tracing tracing) {
        return new HttpSource(settings, client, ticker, tracing);
    }

    /** Ends its threads; its sources are closed first. */
    @Override
    public void close() {
        if (Runtime.version().feature() >= 21) {
            try {
                HttpClient.class.getMethod("shutdownNow").invoke(client);
            } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
                LOG.log(System.Logger.Level.DEBUG, "The HTTP client of the status sources was not closed", e);
            }
        }
        threads.shutdownNow();
    }
}
