package dev.fanfare.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.glassfish.grizzly.nio.NIOConnection;

/**
 * Reads what a client sends while its stream is open: nothing is expected, so up to {@value #MOST_BYTES} bytes are thrown
 * away and more close the connection. The end of the input, a half-close as well, closes it at once.
 *
 * <p>Grizzly does not read a connection while its request is suspended, and must not: it would take the next request, which
 * may come on the heels of the last chunk, for a part of this one. So the writer loop's selector watches the channel.
 *
 * <p>Thread-safe: the loop reads, whoever ends the response ends this.
 */
final class Leftovers implements Runnable {
    private static final int MOST_BYTES = 8 * 1024;

    private final NIOConnection connection;
    private final SocketChannel channel;
    private final SelectionKey key;

    // Guarded by this.
    private int thrownAway;
    private boolean ended;

    /** Begins to read. */
    Leftovers(NIOConnection connection, Selector selector) throws IOException {
        this.connection = connection;
        this.channel = (SocketChannel) connection.getChannel();
        this.key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Gives the input back to the server; whether anything was thrown away that may have been a request. */
    synchronized boolean end() {
        ended = true;
        key.cancel();
        return thrownAway > 0;
    }

    /** Called by the loop when there is something to read. */
    @Override
    public synchronized void run() {
        if (ended) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(1024);
        try {
            int count;
            do {
                bytes.clear();
                count = channel.read(bytes);
                thrownAway += Math.max(0, count);
            } while (count > 0 && thrownAway <= MOST_BYTES);
            if (count < 0 || thrownAway > MOST_BYTES) {
                close();
            }
        } catch (IOException e) { // reset by the client
            close();
        }
    }

    private void close() {
        ended = true;
        key.cancel();
        connection.terminateSilently();
    }
}
