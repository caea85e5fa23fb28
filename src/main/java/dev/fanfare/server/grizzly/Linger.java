package dev.fanfare.server.grizzly;

import dev.fanfare.stream.Ticker;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.nio.NIOConnection;

/*
 * A socket that is closed while there is something to read in it is reset, and the reset throws away what its client has not
 * read of the answer. So the client hears the end of the answer, may go on sending for a while, and nothing of that is looked at.
 */
/**
 * Closes connections of which not everything was read, so that the answer arrives: <a
 * href="https://www.rfc-editor.org/rfc/rfc9112#section-9.6">RFC 9112, 9.6</a>. Stands first in the chain of filters. Thread-safe.
 */
final class Linger extends BaseFilter {
    private static final System.Logger LOG = System.getLogger(Linger.class.getName());
    private static final long MOST_BYTES = 80L << 20;

    /** What has been thrown away on a connection that is closing. */
    private static final Attribute<AtomicLong> THROWN_AWAY =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(Linger.class.getName() + ".thrown-away");

    private final Arrivals ends;

    /** @param longest how long a client may go on sending */
    Linger(Ticker ticker, Duration longest) {
        this.ends = new Arrivals(ticker, longest, Connection::terminateSilently);
    }

    /** Closes a connection that is not being read, behind what has been written to it. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // as Grizzly declares it
    void close(NIOConnection connection) {
        THROWN_AWAY.set(connection, new AtomicLong());
        connection
                .getTransport()
                .getWriter(connection)
                .write(connection, Buffers.EMPTY_BUFFER, new EmptyCompletionHandler() {
                    @Override
                    public void completed(Object result) {
                        readOn(connection);
                    }

                    @Override
                    public void failed(Throwable error) {
                        connection.terminateSilently();
                    }
                });
    }

    /** Whether a connection is closing, so that nothing that came on it counts. */
    static boolean isClosing(Connection<?> connection) {
        return THROWN_AWAY.get(connection) != null;
    }

    /** From here on time counts; before, it is the client's to read its answer. */
    private void readOn(NIOConnection connection) {
        ends.begun(connection);
        try {
            TlsListener.sayEnd(connection);
            if (connection.getChannel() instanceof SocketChannel channel) {
                channel.shutdownOutput();
            }
            connection.enableIOEvent(IOEvent.READ);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "A client left with its answer", e);
            connection.terminateSilently();
        }
    }

    @Override
    public NextAction handleRead(FilterChainContext context) {
        AtomicLong thrownAway = THROWN_AWAY.get(context.getConnection());
        if (thrownAway == null) {
            return context.getInvokeAction();
        }
        Buffer bytes = context.getMessage();
        if (thrownAway.addAndGet(bytes.remaining()) > MOST_BYTES) {
            context.getConnection().terminateSilently();
        }
        bytes.tryDispose();
        return context.getStopAction();
    }

    @Override
    public NextAction handleClose(FilterChainContext context) {
        ends.whole(context.getConnection());
        return context.getInvokeAction();
    }
}
