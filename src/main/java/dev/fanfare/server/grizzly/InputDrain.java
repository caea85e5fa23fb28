package dev.fanfare.server.grizzly;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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
final class InputDrain implements Runnable {
    private static final int MOST_BYTES = 8 * 1024;

    private final NIOConnection connection;
    private final SocketChannel channel;
    private final SelectionKey key;

    @GuardedBy("this")
    private int thrownAway;

    @GuardedBy("this")
    private boolean ended;

    /** Begins to read. */
    InputDrain(NIOConnection connection, Selector selector) throws IOException {
        this.connection = connection;
        this.channel = (SocketChannel) connection.getChannel();
        this.key = watch(channel, selector, this);
    }

    /**
     * Has the loop's selector watch the input of a channel. It may still hold the key of a stream that ended on the same
     * connection just now; it lets go of it in a selection, whose findings it finds again.
     */
    static SelectionKey watch(SocketChannel channel, Selector selector, Runnable attachment) throws IOException {
        SelectionKey before = channel.keyFor(selector);
        if (before != null && !before.isValid()) {
            selector.selectNow(key -> {});
        }
        return channel.register(selector, SelectionKey.OP_READ, attachment);
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
        try {
            thrownAway = read(channel, thrownAway);
            if (thrownAway < 0) {
                close();
            }
        } catch (IOException e) { // reset by the client
            close();
        }
    }

    /**
     * Throws away what there is to read.
     *
     * @param before how many bytes were thrown away before
     * @return how many by now; -1 if the client has ended its input, or they are too many
     */
    static int read(SocketChannel channel, int before) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(1024);
        int sum = before;
        int count;
        do {
            count = channel.read(bytes.clear());
            sum += Math.max(0, count);
        } while (count > 0 && sum <= MOST_BYTES);
        return count < 0 || sum > MOST_BYTES ? -1 : sum;
    }

    @GuardedBy("this")
    private void close() {
        ended = true;
        key.cancel();
        connection.terminateSilently();
    }
}
