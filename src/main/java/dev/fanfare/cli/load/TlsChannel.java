package dev.fanfare.cli.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/*
 * Until the request is sent the channel blocks, and the thread that connects uses this. From then on it does not, and the thread
 * that reads for all clients lends its buffer, so that a client that waits holds what came of a record and nothing else.
 */
/** TLS on a channel of a client. For one thread at a time. */
final class TlsChannel {
    /** Room for what is left of one read and for a record. */
    static final int NET_BYTES = 96 * 1024;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;

    /** What came and is no whole record yet. */
    private byte[] rest = {};

    /**
     * Shakes hands on a channel that is connected and blocks.
     *
     * @throws IOException if the server has no certificate that the context trusts for the address, or does not answer in time
     */
    TlsChannel(SocketChannel channel, InetSocketAddress address, SSLContext context, int timeoutMs) throws IOException {
        this.channel = channel;
        this.engine = context.createSSLEngine(address.getHostString(), address.getPort());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        channel.socket().setSoTimeout(timeoutMs);
        shakeHands(channel.socket().getInputStream());
    }

    private void shakeHands(InputStream in) throws IOException {
        ByteBuffer net = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        net.limit(0);
        engine.beginHandshake();
        HandshakeStatus status = engine.getHandshakeStatus();
        while (status != HandshakeStatus.FINISHED && status != HandshakeStatus.NOT_HANDSHAKING) {
            status = switch (status) {
                case NEED_WRAP -> wrap(NOTHING);
                case NEED_TASK -> runTasks();
                default -> unwrap(in, net, plain);
            };
        }
        keep(net);
    }

    private HandshakeStatus unwrap(InputStream in, ByteBuffer net, ByteBuffer plain) throws IOException {
        SSLEngineResult result = engine.unwrap(net, plain);
        if (result.getStatus() == Status.CLOSED) {
            throw new SSLException("the server ended the handshake");
        }
        if (result.getStatus() != Status.BUFFER_UNDERFLOW) {
            return result.getHandshakeStatus();
        }
        net.compact();
        byte[] piece = new byte[net.remaining()];
        int count = in.read(piece);
        if (count < 0) {
            throw new SSLException("the server closed the connection during the handshake");
        }
        net.put(piece, 0, count).flip();
        return engine.getHandshakeStatus();
    }

    private HandshakeStatus runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        return engine.getHandshakeStatus();
    }

    /** Sends bytes; waits until the socket has taken them. */
    void write(ByteBuffer bytes) throws IOException {
        do {
            wrap(bytes);
        } while (bytes.hasRemaining());
    }

    private HandshakeStatus wrap(ByteBuffer bytes) throws IOException {
        ByteBuffer net = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        SSLEngineResult result = engine.wrap(bytes, net);
        net.flip();
        while (net.hasRemaining()) {
            channel.write(net);
        }
        if (result.getStatus() == Status.CLOSED) {
            throw new SSLException("the connection is closed");
        }
        return result.getHandshakeStatus();
    }

    /**
     * Reads what is there, without waiting. Whoever gets something asks again, until there is nothing.
     *
     * @param net a buffer of {@link #NET_BYTES} that is lent
     * @param plain gets the bytes; empty, and large enough for a record
     * @return how many bytes came; -1 at the end
     */
    int read(ByteBuffer net, ByteBuffer plain) throws IOException {
        net.clear().put(rest);
        int count = channel.read(net);
        net.flip();
        int record = engine.getSession().getApplicationBufferSize();
        Status status = Status.OK;
        while (status == Status.OK && net.hasRemaining() && plain.remaining() >= record) {
            SSLEngineResult result = engine.unwrap(net, plain);
            status = result.getStatus();
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                runTasks();
            }
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && status != Status.CLOSED) {
                wrap(NOTHING); // the answer to a change of keys
            }
        }
        keep(net);
        if (plain.position() > 0) {
            return plain.position();
        }
        return count < 0 || status == Status.CLOSED ? -1 : 0;
    }

    private void keep(ByteBuffer net) {
        rest = new byte[net.remaining()];
        net.get(rest);
    }
}
