package dev.fanfare.server.grizzly;

import dev.fanfare.stream.Ticker;
import dev.fanfare.tls.LiveIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.Transport;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.http.HttpServerFilter;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.ssl.SSLBaseFilter;
import org.glassfish.grizzly.ssl.SSLEngineConfigurator;
import org.glassfish.grizzly.ssl.SSLUtils;

/**
 * Has a listener speak TLS: with the certificate that holds when a client connects, and with the alert {@code close_notify} at the
 * end (RFC 8446, 6.1), which Grizzly leaves out. Without it a client can't tell the end of an answer from a cut. Thread-safe.
 */
final class TlsListener {
    private static final System.Logger LOG = System.getLogger(TlsListener.class.getName());
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

    private final LiveIdentity identity;
    private final Ticker ticker;
    private final Arrivals handshakes;
    private volatile boolean ended;

    /** @param longest how long a handshake and the first byte behind it may take */
    TlsListener(LiveIdentity identity, Ticker ticker, Duration longest) {
        this.identity = identity;
        this.ticker = ticker;
        this.handshakes = new Arrivals(ticker, longest, Connection::terminateSilently);
    }

    /** Sets the listener up, before it starts. */
    void configure(NetworkListener listener) {
        listener.setSecure(true);
        Engines engines = new Engines();
        listener.setSSLEngineConfig(engines);
        listener.registerAddOn((of, filters) -> {
            filters.set(filters.indexOfType(SSLBaseFilter.class), new TlsRecords(engines));
            filters.add(filters.indexOfType(HttpServerFilter.class), new Ends());
        });
    }

    /** Looks at the files every few seconds from now on, in a thread that may wait for a disk. */
    void follow(Transport transport) {
        ticker.schedule(BETWEEN_LOOKS, () -> {
            if (!ended) {
                transport.getWorkerThreadPool().execute(() -> look(transport));
            }
        });
    }

    private void look(Transport transport) {
        try {
            identity.look();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "The files of the certificate could not be looked at", e);
        } finally {
            follow(transport);
        }
    }

    /** Looks no more. */
    void end() {
        ended = true;
    }

    /** Engines with the certificate of the moment. */
    private final class Engines extends SSLEngineConfigurator {
        Engines() {
            super(identity.context(), false, false, false);
        }

        @Override
        public SSLEngine createSSLEngine() {
            return identity.newEngine();
        }

        @Override
        public SSLEngine createSSLEngine(String peerHost, int peerPort) {
            return identity.newEngine();
        }

        @Override
        public SSLEngineConfigurator copy() {
            return this;
        }
    }

    /**
     * Stands behind the filter that decrypts. Bounds the time for a handshake, and says {@code close_notify} while the socket is
     * still open; never waits for it.
     */
    private final class Ends extends BaseFilter {
        @Override
        public NextAction handleAccept(FilterChainContext context) {
            handshakes.begun(context.getConnection());
            return context.getInvokeAction();
        }

        @Override
        public NextAction handleRead(FilterChainContext context) {
            handshakes.whole(context.getConnection());
            return context.getInvokeAction();
        }

        @Override
        public NextAction handleClose(FilterChainContext context) {
            Connection<?> connection = context.getConnection();
            handshakes.whole(connection);
            sayEnd(connection);
            return context.getInvokeAction();
        }
    }

    /** Says {@code close_notify} on a connection that speaks TLS and is still open. */
    static void sayEnd(Connection<?> connection) {
        SSLEngine engine = SSLUtils.getSSLEngine(connection);
        if (engine != null
                && connection instanceof NIOConnection nio
                && nio.getChannel() instanceof SocketChannel channel) {
            synchronized (connection) { // as Grizzly does where it encrypts
                sayEnd(nio, engine, channel);
            }
        }
    }

    private static void sayEnd(NIOConnection connection, SSLEngine engine, SocketChannel channel) {
        boolean isShaking = engine.getHandshakeStatus() != SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING;
        if (isShaking
                || engine.isOutboundDone()
                || connection.getAsyncWriteQueue().spaceInBytes() > 0) {
            return; // there is nothing to end, or a record is half out
        }
        ByteBuffer alert = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        try {
            engine.closeOutbound();
            engine.wrap(ByteBuffer.allocate(0), alert);
            channel.write(alert.flip());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "A client left before it heard of the end", e);
        }
    }
}
