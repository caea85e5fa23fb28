package dev.fanfare.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/*
 * The data of an event begins with the time it was due, in nanoseconds of this process. A client looks at the first bytes of
 * each line only, so that it costs little whatever the events' size.
 */
/** Clients of a server with one thread that reads for them all. */
final class Crowd implements AutoCloseable {
    private static final long MOST_LATENCY_NANOS = 60_000_000_000L;

    private final class Client {
        private final SocketChannel channel;
        private final StringBuilder lineStart = new StringBuilder(40);
        private boolean hasHead;

        Client(SocketChannel channel) {
            this.channel = channel;
        }

        void read(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                byte next = bytes.get();
                if (next == '\n') {
                    line();
                    lineStart.setLength(0);
                } else if (lineStart.length() < 40) {
                    lineStart.append((char) next);
                }
            }
        }

        private void line() {
            if (!hasHead && lineStart.toString().isBlank()) {
                hasHead = true;
                heads.incrementAndGet();
            }
            // An object is no event of the row, but tells that a source fails; the counts will say so.
            if (lineStart.indexOf("data:") == 0 && lineStart.indexOf("{") != 5) {
                received.incrementAndGet();
                long due = dueTime();
                latency.recordValue(Math.max(0, Math.min(MOST_LATENCY_NANOS, System.nanoTime() - due)));
            }
        }

        private long dueTime() {
            int from = 5;
            while (!Character.isDigit(lineStart.charAt(from))) { // a blank, or the quote of a status
                from++;
            }
            return Long.parseLong(lineStart, from, lineStart.indexOf(" ", from), 10);
        }
    }

    private final Selector selector;
    private final List<SocketChannel> channels = new ArrayList<>();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong heads = new AtomicLong();
    private volatile Histogram latency = new Histogram(MOST_LATENCY_NANOS, 3);

    Crowd() throws IOException {
        selector = Selector.open();
        Thread reader = new Thread(this::readAll, "crowd");
        reader.setDaemon(true);
        reader.start();
    }

    /** Adds a client; one that is stalled never reads. */
    void add(int port, String request, boolean stalled) throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (stalled) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        }
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
        channels.add(channel);
        if (!stalled) {
            channel.register(selector, SelectionKey.OP_READ, new Client(channel));
            selector.wakeup();
        }
    }

    /** Waits until as many clients have the head of their answer. */
    void awaitHeads(long count) throws InterruptedException {
        await(heads, count, "heads");
    }

    /** Waits until all clients together have as many events. */
    void awaitReceived(long count) throws InterruptedException {
        await(received, count, "events");
    }

    private static void await(AtomicLong counter, long count, String what) throws InterruptedException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (counter.get() < count) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Only " + counter + " of " + count + " " + what + " came in 60 s");
            }
            Thread.sleep(1);
        }
    }

    long received() {
        return received.get();
    }

    /** Forgets the latencies so far. */
    void resetLatency() {
        latency = new Histogram(MOST_LATENCY_NANOS, 3);
    }

    Histogram latency() {
        return latency;
    }

    private void readAll() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(64 * 1024);
        try {
            while (selector.isOpen()) {
                selector.select(key -> read((Client) key.attachment(), key, bytes));
            }
        } catch (ClosedSelectorException e) {
            return; // the end of the row
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(Client client, SelectionKey key, ByteBuffer bytes) {
        try {
            int count;
            do {
                bytes.clear();
                count = client.channel.read(bytes);
                client.read(bytes.flip());
            } while (count == bytes.capacity());
            if (count < 0) {
                key.cancel();
            }
        } catch (IOException e) { // the server cut it off; what is missing then is told by the counts
            key.cancel();
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
        selector.close();
    }
}
