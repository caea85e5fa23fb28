package dev.fanfare.server.grizzly;

import dev.fanfare.stream.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.IOStrategy;
import org.glassfish.grizzly.Transport;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.nio.transport.TCPNIOServerConnection;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;

/**
 * Waits where no connection can be accepted, as when all file descriptors are in use. Grizzly alone would try again at once,
 * for ever, without a word, on a core of its own. Connections that are idle are closed then, and those who want to connect wait in the kernel's queue meanwhile. All other
 * events are left to the strategy behind it. Thread-safe.
 */
final class AcceptBackOff implements IOStrategy {
    /** How long it waits. */
    static final Duration PAUSE = Duration.ofMillis(250);

    private static final System.Logger LOG = System.getLogger(AcceptBackOff.class.getName());

    private final IOStrategy others;
    private final Ticker ticker;
    private final Runnable makesRoom;
    private final AtomicBoolean told = new AtomicBoolean();

    /** @param makesRoom closes connections that can be spared */
    AcceptBackOff(IOStrategy others, Ticker ticker, Runnable makesRoom) {
        this.others = others;
        this.makesRoom = makesRoom;
        this.ticker = ticker;
        // Loads what a pause needs, since no class can be loaded while there is no descriptor.
        ticker.schedule(PAUSE, () -> {}).cancel();
    }

    @Override
    @SuppressWarnings("rawtypes") // as Grizzly declares it
    public boolean executeIoEvent(Connection connection, IOEvent event) throws IOException {
        return executeIoEvent(connection, event, true);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public boolean executeIoEvent(Connection connection, IOEvent event, boolean isEnabled) throws IOException {
        if (event != IOEvent.SERVER_ACCEPT || !(connection instanceof TCPNIOServerConnection listening)) {
            return others.executeIoEvent(connection, event, isEnabled);
        }
        try {
            listening.onAccept();
            if (told.compareAndSet(true, false)) {
                LOG.log(System.Logger.Level.INFO, "Connections are accepted again");
            }
        } catch (IOException e) {
            pause(listening, e);
        }
        return true;
    }

    private void pause(NIOConnection listening, IOException cause) throws IOException {
        if (!listening.isOpen()) {
            return;
        }
        if (told.compareAndSet(false, true)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "No connection can be accepted ({0}); it is tried again every {1} ms. Are there enough file descriptors?",
                    cause.getMessage(),
                    PAUSE.toMillis());
        }
        makesRoom.run();
        listening.disableIOEvent(IOEvent.SERVER_ACCEPT);
        ticker.schedule(PAUSE, () -> goOn(listening));
    }

    private static void goOn(NIOConnection listening) {
        try {
            listening.enableIOEvent(IOEvent.SERVER_ACCEPT);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "The server stopped while it waited for file descriptors", e);
        }
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Executor getThreadPoolFor(Connection connection, IOEvent event) {
        return others.getThreadPoolFor(connection, event);
    }

    @Override
    public ThreadPoolConfig createDefaultWorkerPoolConfig(Transport transport) {
        return others.createDefaultWorkerPoolConfig(transport);
    }
}
