package dev.fanfare.server.grizzly;

import dev.fanfare.server.grizzly.limit.AddressBlock;
import dev.fanfare.server.grizzly.limit.ClientAddress;
import dev.fanfare.sink.ClientLeft;
import dev.fanfare.sink.Outlets;
import dev.fanfare.sink.SinkOutlets;
import dev.fanfare.stream.Outlet;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/**
 * The outlets of the standalone server: they write to the Grizzly connection of the request, without blocking. It is
 * registered as a component of the application, so that Jersey tells it which request a thread is in. Thread-safe.
 */
final class GrizzlyOutlets implements Outlets, Feature {
    private static final String TAKEN = GrizzlyOutlets.class.getName() + ".taken";

    private static final System.Logger LOG = System.getLogger(GrizzlyOutlets.class.getName());

    private final int sendBufferBytes;
    private final boolean direct;
    private final ConcurrentMap<AddressBlock, Integer> streamsByAddress = new ConcurrentHashMap<>();

    @Inject
    private @Nullable Provider<Request> requests;

    private volatile @Nullable Door door;

    /** @param sendBufferBytes SO_SNDBUF of each client's socket */
    GrizzlyOutlets(int sendBufferBytes) {
        this(sendBufferBytes, true);
    }

    /** @param direct false if all bytes shall go through Grizzly */
    GrizzlyOutlets(int sendBufferBytes, boolean direct) {
        this.sendBufferBytes = sendBufferBytes;
        this.direct = direct;
    }

    /** Names what connections go back to, before the first stream. */
    void behind(Door goesBackTo) {
        door = goesBackTo;
    }

    @Override
    public boolean configure(FeatureContext context) {
        return true;
    }

    @Override
    public Outlet of(SseEventSink sink) {
        if (requests == null) {
            throw new IllegalStateException("The outlets of the server are not registered in its application");
        }
        Request request = requests.get();
        if (request.getAttribute(TAKEN) != null) {
            throw new IllegalStateException("The sink already has a stream; a sink is handed over once");
        }
        request.setAttribute(TAKEN, true);
        AddressBlock address = AddressBlock.of(ClientAddress.of(request));
        streamsByAddress.merge(address, 1, Integer::sum); // before a client can know that it has a stream
        try {
            return opened(request, sink, () -> left(address));
        } catch (RuntimeException | Error e) {
            left(address);
            if (e instanceof RuntimeException
                    && !request.getContext().getConnection().isOpen()) {
                throw new ClientLeft(e); // which breaks this and that
            }
            throw e;
        }
    }

    private Outlet opened(Request request, SseEventSink sink, Runnable onGone) {
        SinkOutlets.commitHead(sink);
        Response response = request.getResponse();
        Connection<?> connection = request.getContext().getConnection();
        setSendBuffer(connection);
        HandOver handedOver = direct ? HandOver.take(request, response, sink, door) : null;
        return handedOver != null
                ? new DirectOutlet(handedOver, onGone)
                : new StreamOutlet(connection, response, sink, door, onGone);
    }

    private void setSendBuffer(Connection<?> connection) {
        if (connection instanceof NIOConnection nio && nio.getChannel() instanceof SocketChannel channel) {
            try {
                channel.setOption(StandardSocketOptions.SO_SNDBUF, sendBufferBytes);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "The client left before its stream was open", e);
            }
        }
    }

    private void left(AddressBlock address) {
        streamsByAddress.computeIfPresent(address, (key, streams) -> streams == 1 ? null : streams - 1);
    }

    /** How many streams an address has, with those that count as the same. */
    int streamsFrom(String address) {
        return streamsByAddress.getOrDefault(AddressBlock.of(address), 0);
    }
}
