package dev.fanfare.server.grizzly;

import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.http.HttpContext;
import org.glassfish.grizzly.http.HttpResponsePacket;
import org.glassfish.grizzly.http.Protocol;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.memory.MemoryManager;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.ssl.SSLUtils;
import org.glassfish.grizzly.utils.IdleTimeoutFilter;
import org.jspecify.annotations.Nullable;

/*
 * After the head is on the wire the request is finished, so that nothing of it stays in memory while the client idles: for
 * Jersey by closing the sink, for Grizzly by what its filters do at the end of a request. What they would do beyond that is
 * kept from them:
 *
 *   the last chunk            the response says that it has no content from here on, as for HEAD
 *   the next request          the chain is not resumed, so what came right behind this request waits in it
 *   the idle timeout          set to never, and set again when the connection comes back
 *
 * Grizzly does not read the connection meanwhile: it stopped when it found the request, and begins again
 * when the end of a chain tells it to, which here is giveBack().
 */
/**
 * A connection that was taken from Grizzly behind the head of a response, to write the rest to its socket. See ADR 14.
 *
 * @param connection the connection
 * @param staysOpen whether it takes more requests afterwards
 * @param door what the connection goes back to; null for Grizzly alone
 */
record HandOver(
        NIOConnection connection,
        boolean staysOpen,
        @Nullable Door door) {
    private static final System.Logger LOG = System.getLogger(HandOver.class.getName());
    private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};
    private static final int IDLE_SECONDS = 30;

    /** What ties a request to its connection. Grizzly makes it under this name; another name would show in {@link #isUsual}. */
    private static final Attribute<Request> REQUEST =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute("HttpServerFilter.Request");

    /** As {@link #REQUEST}; it refers to the parsed head. */
    private static final Attribute<HttpContext> CONTEXT =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(HttpContext.class.getName());

    /**
     * Takes the connection of a request whose head is sent. Called in the resource method; the sink is closed afterwards.
     *
     * @return null if the bytes of this response must go through Grizzly; nothing has changed then
     */
    static @Nullable HandOver take(Request request, Response response, SseEventSink sink, @Nullable Door door) {
        FilterChainContext context = request.getContext();
        if (!(context.getConnection() instanceof NIOConnection connection)
                || !isUsual(request, connection)
                || !isPlainChunks(request, response.getResponse())
                || connection.getAsyncWriteQueue().spaceInBytes() > 0) {
            return null;
        }
        boolean staysOpen = request.getRequest().getProcessingState().isKeepAlive();
        response.getResponse().setExpectContent(false);
        ((Response.SuspendedContextImpl) response.getSuspendContext()).markResumed();
        close(sink);
        REQUEST.remove(connection);
        CONTEXT.remove(connection);
        IdleTimeoutFilter.setCustomTimeout(connection, -1, TimeUnit.SECONDS);
        if (door != null) {
            door.limit().busy(connection); // the end of the request made it idle
        }
        context.completeAndRelease();
        return new HandOver(connection, staysOpen, door);
    }

    private static boolean isUsual(Request request, NIOConnection connection) {
        return connection.getChannel() instanceof SocketChannel
                && REQUEST.get(connection) == request
                && SSLUtils.getSSLEngine(connection) == null;
    }

    private static boolean isPlainChunks(Request request, HttpResponsePacket head) {
        return request.getProtocol() == Protocol.HTTP_1_1
                && !request.getRequest().isExpectContent()
                && !request.getRequest().isUpgrade()
                && head.isCommitted()
                && head.isChunked()
                && head.getHeader("Content-Encoding") == null;
    }

    private static void close(SseEventSink sink) {
        try {
            sink.close();
        } catch (Exception e) { // IOException in Jakarta REST 4.0, undeclared in 3.1
            LOG.log(System.Logger.Level.DEBUG, "A request did not end in good order", e);
        }
    }

    /** The socket. */
    SocketChannel channel() {
        return (SocketChannel) connection.getChannel();
    }

    /**
     * Ends the response and gives the connection back.
     *
     * @param mustClose whether the connection can't take a next request
     */
    void giveBack(boolean mustClose) {
        IdleTimeoutFilter.setCustomTimeout(connection, IDLE_SECONDS, TimeUnit.SECONDS);
        if (door != null) {
            door.limit().idle(connection);
        }
        Buffer last = Buffers.wrap(MemoryManager.DEFAULT_MEMORY_MANAGER, LAST_CHUNK.clone());
        connection.write(last, new EmptyCompletionHandler<>() {
            @Override
            public void failed(Throwable error) {
                LOG.log(System.Logger.Level.DEBUG, "The client left before the end of its stream", error);
                connection.terminateSilently();
            }
        });
        if (mustClose || !staysOpen || (door != null && door.limit().isLeaving())) {
            close(connection, door);
            return;
        }
        try {
            connection.simulateIOEvent(IOEvent.READ);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "The client left with the end of its stream", e);
            connection.terminateSilently();
        }
    }

    /** Ends a connection behind what has been written to it; the client may have sent more than was read. */
    static void close(NIOConnection connection, @Nullable Door door) {
        if (door == null) {
            connection.closeSilently();
        } else {
            door.linger().close(connection);
        }
    }
}
