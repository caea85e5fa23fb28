package dev.fanfare.server;

import dev.fanfare.hub.Batch;
import dev.fanfare.hub.CloseReason;
import dev.fanfare.hub.Outlet;
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
 * A frame of which the socket took a part is kept in `half` until its last byte is taken. While there is one, nothing else
 * is written; a stream that is closed in between ends without a terminator.
 *
 * Grizzly has finished the request (see HandOver). It neither reads nor writes the connection until it gets it back with the
 * terminator.
 */
/**
 * The outlet that writes ready chunks to the socket itself: HTTP/1.1 in clear. All methods run in the writer loop's thread,
 * save {@link #onClosed}.
 */
final class DirectOutlet implements Outlet, Runnable, CloseListener<Closeable, CloseType> {
    private static final System.Logger LOG = System.getLogger(DirectOutlet.class.getName());

    private final HandOver handedOver;
    private final NIOConnection connection;
    private final SocketChannel channel;
    private final Runnable onGone;
    private volatile @Nullable Listener listener;

    // Confined to the loop's thread.
    private @Nullable SelectionKey key;
    private @Nullable Frame half;
    private int halfSent;
    private int thrownAway;
    private long acceptedBytes;
    private boolean refused;
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
            key = Leftovers.watch(channel, selector, this);
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
                writeOn(selected);
            }
        } catch (IOException | CancelledKeyException e) { // the server may close the connection at any time
            fail(e);
        }
    }

    /** Throws away what the client sent; false if it left or sent too much. */
    private boolean readOn() throws IOException {
        int count = Leftovers.read(channel, thrownAway);
        if (count < 0) {
            leave();
            return false;
        }
        thrownAway = count;
        return true;
    }

    private void writeOn(SelectionKey selected) throws IOException {
        if (!writeHalf()) {
            return;
        }
        selected.interestOps(SelectionKey.OP_READ);
        refused = false;
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
        if (done || finishing || refused || selected == null) {
            return 0;
        }
        try {
            int taken = writeAll(batch, from);
            if (refused) {
                selected.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            }
            return taken;
        } catch (IOException | CancelledKeyException e) {
            fail(e);
            return 0;
        }
    }

    private int writeAll(Batch batch, int from) throws IOException {
        Gathered gathered = Gathered.ofThread();
        int next = from;
        while (next < batch.size()) {
            ByteBuffer bytes = gathered.chunks(batch, next);
            boolean all = send(bytes);
            int sent = bytes.position();
            for (; next < batch.size() && sent >= batch.frame(next).chunkBytes(); next++) {
                sent -= batch.frame(next).chunkBytes();
            }
            if (sent > 0) {
                half = batch.frame(next++);
                halfSent = sent;
            }
            if (!all || !writeHalf()) {
                refused = true;
                break;
            }
        }
        return next - from;
    }

    /** Goes on with the half-written frame; whether there is none any more. */
    private boolean writeHalf() throws IOException {
        Frame frame = half;
        while (frame != null) {
            ByteBuffer bytes = Gathered.ofThread().rest(frame, halfSent);
            boolean all = send(bytes);
            halfSent += bytes.position();
            if (halfSent == frame.chunkBytes()) {
                half = null;
                return true;
            }
            if (!all) {
                return false;
            }
        }
        return true;
    }

    /** Whether the socket took all. */
    private boolean send(ByteBuffer bytes) throws IOException {
        acceptedBytes += channel.write(bytes);
        return !bytes.hasRemaining();
    }

    @Override
    public long pendingBytes() {
        Frame frame = half;
        return frame == null ? 0 : frame.chunkBytes() - halfSent;
    }

    @Override
    public long acceptedBytes() {
        return acceptedBytes;
    }

    @Override
    public void finish() {
        finishing = true;
        if (!done && !refused) {
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
        half = null;
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

    private void tell(CloseReason reason) {
        Listener told = listener;
        if (told != null) {
            told.closed(reason);
        }
    }

    @Override
    public void abort() {
        terminate(refused);
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
