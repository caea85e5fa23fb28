package dev.fanfare.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.glassfish.grizzly.CompletionHandler;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.Context;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.Processor;
import org.glassfish.grizzly.ProcessorResult;
import org.glassfish.grizzly.ProcessorSelector;
import org.glassfish.grizzly.ReadResult;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.asyncqueue.MessageCloner;
import org.glassfish.grizzly.nio.NIOConnection;

/**
 * Reads what a client sends while its stream is open: nothing is expected, so up to {@value #MOST_BYTES} bytes are thrown
 * away and more close the connection. The end of the input, a half-close as well, closes it at once. All other events of the
 * connection go to its own processor.
 *
 * <p>Thread-safe: the connection's selector thread reads, the writer loop ends it.
 */
@SuppressWarnings({"rawtypes", "unchecked", "deprecation"}) // as Grizzly declares the port
final class Leftovers implements Processor<Context> {
    private static final int MOST_BYTES = 8 * 1024;

    private final NIOConnection connection;
    private final Processor guarded;
    private final ProcessorSelector otherEvents;

    // Guarded by this.
    private int thrownAway;
    private boolean ended;

    private Leftovers(NIOConnection connection) {
        this.connection = connection;
        this.guarded = connection.obtainProcessor(IOEvent.READ);
        this.otherEvents = connection.getProcessorSelector();
    }

    /** Begins to read a connection that Grizzly does not read while its request is suspended. */
    static Leftovers of(NIOConnection connection) throws IOException {
        Leftovers leftovers = new Leftovers(connection);
        connection.setProcessorSelector((event, of) -> leftovers.guarded);
        connection.setProcessor(leftovers);
        connection.enableIOEvent(IOEvent.READ);
        return leftovers;
    }

    /** Gives the connection back to its own processor; whether anything was thrown away that may have been a request. */
    synchronized boolean end() {
        ended = true;
        connection.setProcessor(guarded);
        connection.setProcessorSelector(otherEvents);
        return thrownAway > 0;
    }

    @Override
    public ProcessorResult process(Context context) {
        synchronized (this) {
            // What is not read here is selected again, and the connection's own processor gets it then.
            if (!ended) {
                read();
            }
        }
        return ProcessorResult.createComplete();
    }

    private void read() {
        ByteBuffer bytes = ByteBuffer.allocate(1024);
        try {
            int count;
            do {
                bytes.clear();
                count = ((ReadableByteChannel) connection.getChannel()).read(bytes);
                thrownAway += Math.max(0, count);
            } while (count > 0 && thrownAway <= MOST_BYTES);
            if (count < 0 || thrownAway > MOST_BYTES) {
                connection.terminateSilently();
            }
        } catch (IOException e) {
            connection.terminateSilently();
        }
    }

    @Override
    public Context obtainContext(Connection forConnection) {
        Context context = Context.create(forConnection);
        context.setProcessor(this);
        return context;
    }

    @Override
    public void read(Connection from, CompletionHandler<ReadResult> handler) {
        guarded.read(from, handler);
    }

    @Override
    public void write(Connection to, Object address, Object message, CompletionHandler<WriteResult> handler) {
        guarded.write(to, address, message, handler);
    }

    @Override
    public void write(
            Connection to,
            Object address,
            Object message,
            CompletionHandler<WriteResult> handler,
            MessageCloner cloner) {
        guarded.write(to, address, message, handler, cloner);
    }

    @Override
    public void write(
            Connection to,
            Object address,
            Object message,
            CompletionHandler<WriteResult> handler,
            org.glassfish.grizzly.asyncqueue.PushBackHandler pushBack) {
        guarded.write(to, address, message, handler, pushBack);
    }

    @Override
    public boolean isInterested(IOEvent event) {
        return event == IOEvent.READ;
    }

    @Override
    public void setInterested(IOEvent event, boolean interested) {
        guarded.setInterested(event, interested);
    }
}
