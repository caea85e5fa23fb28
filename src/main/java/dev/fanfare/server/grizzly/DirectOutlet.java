package dev.fanfare.server.grizzly;

import dev.fanfare.stream.Batch;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.wire.Frame;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.glassfish.grizzly.CloseListener;
import org.glassfish.grizzly.CloseType;
import org.glassfish.grizzly.Closeable;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/*
 *              open()               refused: OP_WRITE               finish()            terminator given to Grizzly
 *   (new) -----------------> open <------------------> refused  -------------> finishing ---------------------------> done
 *
 * The channel is registered with the loop's own selector: for OP_READ always, since what a client sends, and its leaving,
 * are seen there; for OP_WRITE only after the socket has refused something.
 *
 * A frame of which the socket took a part is finished before anything else; a stream that is closed in between ends without
 * a terminator.
 *
 * Grizzly has finished the request (see HandOver). It neither reads nor writes the connection until it gets it back with the
 * terminator.
 */
/**
 * The outlet that writes ready chunks to the socket itself: HTTP/1.1 in clear. All methods run in the writer loop's thread,
 * save {@link #onClosed}.
 */
final class DirectOutlet extends ChunkWriter implements Outlet, Runnable, CloseListener<Closeable, CloseType> {
    private static final System.Logger LOG = System.getLogger(DirectOutlet.class.getName());

    private final HandOver handedOver;
    private final NIOConnection connection;
    private final SocketChannel channel;
    private final Runnable onGone;
    private volatile @Nullable Listener listener;

    // Confined to the loop's thread.
    private @Nullable SelectionKey key;
    private int thrownAway;
    private boolean finishing;
    private boolean done;
    private boolean gone;

    /** @param onGone called once, in the loop's thread, when the outlet is closed */
    DirectOutlet(HandOver handedOver, Runnable onGone) {
        this.handedOver = handedOver;
        this.connection = handedOver.connection();
        this.channel = handedOver.channel();
        this.onGone = onGone;
    }

    @Override
    public void open(Listener newListener, Selector selector) {
        listener = newListener;
        connection.addCloseListener(this);
        try {
            key = InputDrain.watch(channel, selector, this);
        } catch (IOException e) {
            fail(e);
        }
    }

    /** The channel is ready. */
    @Override
    public void run() {
        SelectionKey selected = key;
        if (done || selected == null) {
            return;
        }
        try {
            if (selected.isReadable() && !readOn()) {
                return;
            }
            if (selected.isWritable()) {
                roomAgain(selected);
            }
        } catch (IOException | CancelledKeyException e) { // the server may close the connection at any time
            fail(e);
        }
    }

    /** Throws away what the client sent; false if it left or sent too much. */
    private boolean readOn() throws IOException {
        int count = InputDrain.read(channel, thrownAway);
        if (count < 0) {
            leave();
            return false;
        }
        thrownAway = count;
        return true;
    }

    private void roomAgain(SelectionKey selected) throws IOException {
        if (!writeOn()) {
            return;
        }
        selected.interestOps(SelectionKey.OP_READ);
        if (finishing) {
            giveBack();
            return;
        }
        Listener told = listener;
        if (told != null) {
            told.writable();
        }
    }

    @Override
    public int write(Batch batch, int from) {
        SelectionKey selected = key;
        if (done || finishing || isRefused() || selected == null) {
            return 0;
        }
        try {
            int taken = writeChunks(batch, from);
            if (isRefused()) {
                selected.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            }
            return taken;
        } catch (IOException | CancelledKeyException e) {
            fail(e);
            return 0;
        }
    }

    @Override
    int send(ByteBuffer bytes) throws IOException {
        return channel.write(bytes);
    }

    @Override
    public long pendingBytes() {
        return pending();
    }

    @Override
    public @Nullable Frame halfWritten() {
        return half();
    }

    @Override
    public long acceptedBytes() {
        return accepted();
    }

    @Override
    public void finish() {
        finishing = true;
        if (!done && !isRefused()) {
            giveBack();
        }
    }

    /** Everything was written: ends the response, and the server has the connection again. */
    private void giveBack() {
        done = true;
        release();
        handedOver.giveBack(thrownAway > 0);
        tell(CloseReason.ENDED);
    }

    /** Takes the channel out of the loop's selector, or its descriptor would stay in use. */
    private void release() {
        forget();
        connection.removeCloseListener(this);
        SelectionKey selected = key;
        if (selected != null) {
            selected.cancel();
        }
    }

    private void fail(Exception error) {
        LOG.log(System.Logger.Level.DEBUG, "A client's connection broke", error);
        leave();
    }

    private void leave() {
        terminate(false);
        tell(CloseReason.LEFT);
    }

    @Override
    public void onClosed(Closeable closed, CloseType type) {
        tell(CloseReason.LEFT);
    }

    @Override
    public Kind kind() {
        return Kind.DIRECT;
    }

    private void tell(CloseReason reason) {
        Listener told = listener;
        if (told != null) {
            told.closed(reason);
        }
    }

    @Override
    public void abort() {
        terminate(isRefused());
        if (!gone) {
            gone = true;
            onGone.run();
        }
    }

    /** @param atOnce whether what lies in the socket's send buffer is thrown away; nobody may ever read it */
    private void terminate(boolean atOnce) {
        if (done) {
            return;
        }
        done = true;
        release();
        try {
            if (atOnce) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "The client had left already", e);
        }
        connection.terminateSilently();
    }
}
