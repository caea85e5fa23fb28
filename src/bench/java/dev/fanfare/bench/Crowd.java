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
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/*
 * The data of an event begins with the time it was due, in nanoseconds of this process. A client looks at the first bytes of
 * each line only, so that it costs little whatever the events' size. Behind the time there may be a number, which clients that
 * follow a topic look at: it is one more from event to event.
 */
/** Clients of a server with one thread that reads for them all. */
final class Crowd implements AutoCloseable {
    static final long MOST_LATENCY_NANOS = 60_000_000_000L;
    /** Enough for the time of an event, also of one in an envelope. */
    private static final int MOST_OF_A_LINE = 160;

    private static final String ENVELOPE = "data: {\"topic\"";
    private static final String DATA = "\"data\":\"";
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final class Client {
        private final SocketChannel channel;
        private final StringBuilder lineStart = new StringBuilder(MOST_OF_A_LINE);
        private final boolean follows;
        private boolean hasHead;
        private volatile String lastId;
        private volatile long number;

        Client(SocketChannel channel, boolean follows, Place place) {
            this.channel = channel;
            this.follows = follows;
            this.lastId = place.lastId();
            this.number = place.number();
        }

        void read(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                byte next = bytes.get();
                if (next == '\n') {
                    line();
                    lineStart.setLength(0);
                } else if (lineStart.length() < MOST_OF_A_LINE) {
                    lineStart.append((char) next);
                }
            }
        }

        private void line() {
            if (!hasHead && lineStart.toString().isBlank()) {
                hasHead = true;
                heads.incrementAndGet();
            }
            if (follows) {
                follow();
            }
            // Another object is no event of the row, but words of the server; the counts will say so.
            boolean isObject = lineStart.indexOf("data:{") == 0 || lineStart.indexOf("data: {") == 0;
            if (lineStart.indexOf("data:") == 0 && (!isObject || lineStart.indexOf(ENVELOPE) == 0)) {
                received.incrementAndGet();
                long due = dueTime();
                latency.recordValue(Math.max(0, Math.min(MOST_LATENCY_NANOS, System.nanoTime() - due)));
            }
        }

        private void follow() {
            if (lineStart.indexOf("id: ") == 0) {
                lastId = lineStart.substring(4);
            } else if (lineStart.indexOf("event: gap") == 0) {
                fault.compareAndSet(null, "A client is told of a gap behind event " + number);
            } else if (lineStart.indexOf("data: ") == 0 && lineStart.charAt(6) != '{') {
                int from = lineStart.indexOf(" ", 6) + 1;
                long next = Long.parseLong(lineStart, from, lineStart.indexOf(" ", from), 10);
                if (next != number + 1) {
                    fault.compareAndSet(null, "A client got event " + next + " behind event " + number);
                }
                number = next;
            }
        }

        private long dueTime() {
            int from = lineStart.indexOf(ENVELOPE) == 0 ? lineStart.indexOf(DATA) + DATA.length() : 5;
            while (!Character.isDigit(lineStart.charAt(from))) { // a blank, or the quote of a status
                from++;
            }
            return Long.parseLong(lineStart, from, lineStart.indexOf(" ", from), 10);
        }
    }

    /**
     * Where a client that follows a topic is.
     *
     * @param lastId the last id that it got
     * @param number the number of the last event
     */
    record Place(String lastId, long number) {
        static final Place NONE = new Place("", 0);
    }

    private final Selector selector;
    private final List<SocketChannel> channels = new ArrayList<>();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong heads = new AtomicLong();
    private final List<Client> followers = new ArrayList<>();
    private final AtomicReference<@Nullable String> fault = new AtomicReference<>();
    private volatile Histogram latency = new Histogram(MOST_LATENCY_NANOS, 3);

    Crowd() throws IOException {
        selector = Selector.open();
        Thread reader = new Thread(this::readAll, "crowd");
        reader.setDaemon(true);
        reader.start();
    }

    /** Adds a client; one that is stalled never reads. */
    void add(int port, String request, boolean stalled) throws IOException {
        SocketChannel channel = open(port, request, stalled);
        if (!stalled) {
            register(new Client(channel, false, Place.NONE));
        }
    }

    /** Adds a client that expects every event of its topic behind a place, each once and in order. */
    void follow(int port, String request, Place place) throws IOException {
        Client client = new Client(open(port, request, false), true, place);
        followers.add(client);
        register(client);
    }

    private SocketChannel open(int port, String request, boolean stalled) throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (stalled) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        }
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
        channels.add(channel);
        return channel;
    }

    private void register(Client client) throws IOException {
        client.channel.register(selector, SelectionKey.OP_READ, client);
        selector.wakeup();
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
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (counter.get() < count) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Only " + counter + " of " + count + " " + what + " came in 60 s");
            }
            Thread.sleep(1);
        }
    }

    /**
     * Waits until every client that follows its topic has an event with this number.
     *
     * @throws IllegalStateException if one misses an event, gets one twice, or nothing comes any more
     */
    void awaitNumber(long number) throws InterruptedException {
        long before = received();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long behind;
        while ((behind = followers.stream()
                        .filter(client -> client.number < number)
                        .count())
                > 0) {
            requireNoFault();
            if (received() > before) {
                before = received();
                deadline = System.nanoTime() + PATIENCE_NANOS;
            } else if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        behind + " clients do not have event " + number + ", and nothing came in 60 s");
            }
            Thread.sleep(1);
        }
        requireNoFault();
    }

    private void requireNoFault() {
        String found = fault.get();
        if (found != null) {
            throw new IllegalStateException(found);
        }
    }

    /** Where those are who follow their topics, in the order in which they came. */
    List<Place> places() {
        return followers.stream()
                .map(client -> new Place(client.lastId, client.number))
                .toList();
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
