package dev.fanfare.server.grizzly;

import dev.fanfare.stream.Batch;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.wire.Frame;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Selector;
import java.util.concurrent.atomic.AtomicBoolean;
import org.glassfish.grizzly.CloseListener;
import org.glassfish.grizzly.CloseType;
import org.glassfish.grizzly.Closeable;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.WriteHandler;
import org.glassfish.grizzly.asyncqueue.AsyncQueueWriter;
import org.glassfish.grizzly.http.io.NIOOutputStream;
import org.glassfish.grizzly.http.server.Response;
import org.glassfish.grizzly.http.server.SuspendContext;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/*
 * What is written goes through Grizzly's filter chain, so it is right for every connection: chunks on HTTP/1.1, records on
 * TLS, whatever is configured. canWrite() is asked before each write; what the socket refuses then waits in the
 * connection's queue, which QUEUE_BYTES bounds together with the one write on top of it. A frame of WRITE_BYTES and more is one
 * write, so that a client holds QUEUE_BYTES and one event at most. All clients together hold fanfare.stream.pinned-bytes and a few
 * writes of each loop, since the loop counts what waits here behind each write.
 *
 * Grizzly stops reading a connection while its request is suspended, so the end of it would go unseen; InputDrain reads it.
 *
 * When a connection is closed, Grizzly takes the response back and may give it to another client's request, and this outlet
 * learns of it only then or later. It can't take it back while somebody holds the monitor of the suspension, and it marks the
 * connection as closed before it begins. So the output is touched only under that monitor and on an open connection.
 */
/** The outlet through the non-blocking output of a Grizzly response. */
final class StreamOutlet implements Outlet, WriteHandler {
    private static final System.Logger LOG = System.getLogger(StreamOutlet.class.getName());
    private static final int WRITE_BYTES = 32 * 1024;
    private static final int QUEUE_BYTES = 64 * 1024;

    private final NIOConnection connection;
    /** See above; the monitor of this object is Grizzly's own. */
    private final SuspendContext suspension;

    /** Touched with the monitor of the suspension, on an open connection only. */
    private final NIOOutputStream out;

    private final SseEventSink sink;
    private final Runnable onGone;
    private final CloseListener<Closeable, CloseType> onClose = (closed, type) -> tell(CloseReason.LEFT);

    private final AtomicBoolean done = new AtomicBoolean();
    private volatile @Nullable Listener listener;

    // Confined to the loop's thread.
    private final Buffer buffer = new Buffer();
    private long writtenBytes;
    private long acceptedBytes;
    private final @Nullable Door door;
    private @Nullable InputDrain leftovers;
    private volatile boolean finishing;
    private volatile boolean awaitsRoom;
    private boolean gone;

    /** @param onGone called once, in the loop's thread, when the outlet is closed */
    StreamOutlet(Connection<?> connection, Response response, SseEventSink sink, @Nullable Door door, Runnable onGone) {
        this.connection = (NIOConnection) connection;
        this.suspension = response.getSuspendContext();
        this.out = response.getNIOOutputStream();
        this.sink = sink;
        this.door = door;
        this.onGone = onGone;
        this.connection.setMaxAsyncWriteQueueSize(QUEUE_BYTES);
    }

    @Override
    public void open(Listener newListener, Selector selector) {
        listener = newListener;
        connection.addCloseListener(onClose);
        try {
            leftovers = new InputDrain(connection, selector);
        } catch (IOException e) {
            fail(e);
        }
    }

    @Override
    public int write(Batch batch, int from) {
        int taken = 0;
        synchronized (suspension) {
            try {
                for (int i = from; i < batch.size() && !finishing && isOpen(); ) {
                    if (!out.canWrite()) {
                        awaitRoom();
                        return taken;
                    }
                    int last = writeSome(batch, i);
                    taken += last - i;
                    i = last;
                }
            } catch (IOException e) {
                fail(e);
            }
        }
        return taken;
    }

    /** Whether the response is still this client's. */
    private boolean isOpen() {
        if (done.get()) {
            return false;
        }
        if (!connection.isOpen()) {
            tell(CloseReason.LEFT);
            return false;
        }
        return true;
    }

    /** Writes frames as one piece, until there are enough bytes in it; returns the index after the last. */
    private int writeSome(Batch batch, int from) throws IOException {
        int i = from;
        do {
            Frame frame = batch.frame(i++);
            writtenBytes += frame.payloadBytes();
            if (buffer.size() == 0 && frame.payloadBytes() >= WRITE_BYTES) {
                frame.writePayloadTo(out);
                break;
            }
            frame.writePayloadTo(buffer);
        } while (buffer.size() < WRITE_BYTES
                && i < batch.size()
                && buffer.size() + batch.frame(i).payloadBytes() <= WRITE_BYTES);
        buffer.drainTo(out);
        if (connection.isOpen()) { // else what was written has closed it, and the response is gone
            out.flush();
        }
        return i;
    }

    /** Grizzly takes one handler at a time; the one that it has sees to what has become of the stream by then. */
    private void awaitRoom() {
        if (!awaitsRoom) {
            awaitsRoom = true;
            out.notifyCanWrite(this);
        }
    }

    @Override
    public void onWritePossible() {
        awaitsRoom = false;
        if (finishing) {
            closeSink();
            return;
        }
        Listener told = listener;
        if (told != null) {
            told.writable();
        }
    }

    @Override
    public void onError(Throwable error) {
        fail(error);
    }

    private void fail(Throwable error) {
        LOG.log(System.Logger.Level.DEBUG, "A client's connection broke", error);
        connection.terminateSilently();
        tell(CloseReason.LEFT);
    }

    @Override
    public Kind kind() {
        return Kind.STREAM;
    }

    private void tell(CloseReason reason) {
        Listener told = listener;
        if (told != null) {
            told.closed(reason);
        }
    }

    @Override
    public long pendingBytes() {
        return connection.isOpen() ? connection.getAsyncWriteQueue().spaceInBytes() : 0;
    }

    @Override
    public long acceptedBytes() {
        acceptedBytes = Math.max(acceptedBytes, writtenBytes - pendingBytes());
        return acceptedBytes;
    }

    @Override
    public void finish() {
        finishing = true;
        synchronized (suspension) {
            if (!isOpen() || out.canWrite()) {
                closeSink();
            } else {
                awaitRoom();
            }
        }
    }

    /**
     * Ends the response; the connection goes back to the server for the next request. Called by the loop, or by Grizzly once
     * there is room.
     */
    private void closeSink() {
        if (!done.compareAndSet(false, true)) {
            return;
        }
        connection.removeCloseListener(onClose);
        boolean mustClose = (leftovers != null && leftovers.end())
                || (door != null && door.limit().isLeaving());
        synchronized (suspension) {
            try {
                if (connection.isOpen()) {
                    connection.setMaxAsyncWriteQueueSize(AsyncQueueWriter.UNLIMITED_SIZE);
                    sink.close();
                }
                if (mustClose && connection.isOpen()) {
                    HandOver.close(connection, door);
                }
            } catch (Exception e) { // IOException in Jakarta REST 4.0, undeclared in 3.1
                LOG.log(System.Logger.Level.DEBUG, "A response did not end in good order", e);
                connection.terminateSilently();
            }
        }
        tell(CloseReason.ENDED);
    }

    @Override
    public void abort() {
        if (done.compareAndSet(false, true)) {
            connection.terminateSilently();
        }
        if (!gone) {
            gone = true;
            onGone.run();
        }
    }

    /** Gathers frames, so that they leave in one write. */
    private static final class Buffer extends ByteArrayOutputStream {
        Buffer() {
            super(0);
        }

        void drainTo(OutputStream target) throws IOException {
            if (count > 0) {
                target.write(buf, 0, count);
                count = 0;
            }
            if (buf.length > 4096) {
                buf = new byte[0];
            }
        }
    }
}
