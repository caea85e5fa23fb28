package dev.fanfare.cli.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/*
 * The data of an event begins with the time it was due, in nanoseconds of this process. A client looks at the first bytes of
 * each line only, so that it costs little whatever the events' size. Behind the time there may be a number, which clients that
 * follow a topic look at. With one publisher it is one more from event to event. Of P publishers each counts in steps of P, from
 * its own place among them on: the number says which of them an event is from, and each one's events come in order.
 */
/** Clients of a server with one thread that reads for them all. */
public final class Crowd implements AutoCloseable {
    /** Above the longest that anything is waited for. */
    public static final long MOST_LATENCY_NANOS = 60_000_000_000L;
    /** Enough for the time of an event, also of one in an envelope. */
    private static final int MOST_OF_A_LINE = 160;

    private static final String ENVELOPE = "data: {\"topic\"";
    private static final String DATA = "\"data\":\"";
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final int CONNECT_MS = 10_000;
    private static final int MOST_REASONS = 20;
    private static final String REFUSED = "fanfare-refused:";

    private final class Client {
        private final SocketChannel channel;
        private final @Nullable TlsChannel tls;
        private final StringBuilder lineStart = new StringBuilder(MOST_OF_A_LINE);
        private final boolean follows;
        private final long beganNanos;
        private boolean hasStatus;
        private boolean hasHead;
        private volatile boolean isLost;
        private @Nullable String refusal;
        private volatile String lastId;
        /** Of the newest event, from each publisher. */
        private final AtomicLongArray numbers;

        Client(Opened opened, long beganNanos, boolean follows, Place place) {
            this.channel = opened.channel();
            this.tls = opened.tls();
            this.beganNanos = beganNanos;
            this.follows = follows;
            this.lastId = place.lastId();
            this.numbers = new AtomicLongArray(follows ? publishers : 0);
            for (int i = 0; i < numbers.length(); i++) {
                numbers.set(i, place.number() + i + 1 - publishers);
            }
        }

        /** Reads what is there. */
        int receive(ByteBuffer net, ByteBuffer bytes) throws IOException {
            return tls == null ? channel.read(bytes) : tls.read(net, bytes);
        }

        /** Whether a read that gave so much has left nothing. */
        boolean isDrained(int count, ByteBuffer bytes) {
            return tls == null ? count < bytes.capacity() : count <= 0;
        }

        void read(ByteBuffer bytes) {
            while (bytes.hasRemaining() && !isLost) {
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
            if (!hasHead) {
                headLine(lineStart.toString());
                return;
            }
            if (follows) {
                follow();
            }
            // Another object is no event of the row, but words of the server; the counts will say so.
            boolean isObject = lineStart.indexOf("data:{") == 0 || lineStart.indexOf("data: {") == 0;
            if (lineStart.indexOf("data:") == 0 && (!isObject || lineStart.indexOf(ENVELOPE) == 0)) {
                long due = dueTime();
                latency.recordValue(Math.max(0, Math.min(MOST_LATENCY_NANOS, System.nanoTime() - due)));
                received.incrementAndGet(); // last, so that a reader of the count finds the latencies
            }
        }

        private void headLine(String line) {
            if (!hasStatus) {
                hasStatus = true;
                firstByte.recordValue(Math.min(MOST_LATENCY_NANOS, System.nanoTime() - beganNanos));
                refusal = line.contains(" 200")
                        ? null
                        : "answered " + line.strip().replaceFirst("^HTTP/1.[01] ", "");
            } else if (line.toLowerCase(Locale.ROOT).startsWith(REFUSED)) {
                refusal = "no room: " + line.substring(REFUSED.length()).strip();
            } else if (line.isBlank()) {
                hasHead = true;
                if (refusal == null) {
                    heads.incrementAndGet();
                    streams.incrementAndGet();
                } else {
                    lose(this, refusal);
                }
            }
        }

        private void follow() {
            if (lineStart.indexOf("id: ") == 0) {
                lastId = lineStart.substring(4);
            } else if (lineStart.indexOf("event: gap") == 0) {
                fault.compareAndSet(null, "A client got a gap after event " + newest());
            } else if (lineStart.indexOf("data: ") == 0 && lineStart.charAt(6) != '{') {
                int from = lineStart.indexOf(" ", 6) + 1;
                count(Long.parseLong(lineStart, from, lineStart.indexOf(" ", from), 10));
            }
        }

        private void count(long next) {
            int publisher = (int) ((next - 1) % publishers);
            long last = numbers.get(publisher);
            if (next != last + publishers) {
                fault.compareAndSet(null, "A client got event " + next + " behind event " + last);
            }
            if (next <= last) {
                repeated.incrementAndGet();
                return;
            }
            missed.addAndGet((next - last) / publishers - 1);
            numbers.set(publisher, next);
        }

        private long newest() {
            long newest = numbers.get(0);
            for (int i = 1; i < numbers.length(); i++) {
                newest = Math.max(newest, numbers.get(i));
            }
            return newest;
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
    public record Place(String lastId, long number) {
        /** That of a client which is new. */
        public static final Place NONE = new Place("", 0);
    }

    private static final System.Logger LOG = System.getLogger(Crowd.class.getName());

    private final Selector selector;
    private final List<SocketChannel> channels = new ArrayList<>();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong heads = new AtomicLong();
    private final AtomicLong streams = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();
    private final AtomicLong repeated = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final Map<String, Long> reasons = new ConcurrentHashMap<>();
    private final int publishers;
    private final @Nullable SSLContext tls;
    private final List<Client> followers = new ArrayList<>();
    private final AtomicReference<@Nullable String> fault = new AtomicReference<>();
    private final Histogram firstByte = new Histogram(MOST_LATENCY_NANOS, 3);
    private volatile Histogram latency = new Histogram(MOST_LATENCY_NANOS, 3);

    /** Clients of one publisher's events. */
    public Crowd() throws IOException {
        this(1);
    }

    Crowd(int publishers) throws IOException {
        this(publishers, null);
    }

    /** @param tls what the server's certificate is checked with; null for clear text */
    Crowd(int publishers, @Nullable SSLContext tls) throws IOException {
        this.publishers = publishers;
        this.tls = tls;
        selector = Selector.open();
        Thread reader = new Thread(this::readAll, "crowd");
        reader.setDaemon(true);
        reader.start();
    }

    /** Adds a client; one that is stalled never reads. */
    public void add(InetSocketAddress address, String request, boolean stalled) throws IOException {
        long beganNanos = System.nanoTime();
        Opened opened = open(address, request, stalled);
        if (!stalled) {
            register(new Client(opened, beganNanos, false, Place.NONE));
        }
    }

    /** Adds a client that expects every event of its topic behind a place, each once and in order. */
    public void follow(InetSocketAddress address, String request, Place place) throws IOException {
        long beganNanos = System.nanoTime();
        Client client = new Client(open(address, request, false), beganNanos, true, place);
        followers.add(client);
        register(client);
    }

    /** A channel that has sent its request. */
    private record Opened(SocketChannel channel, @Nullable TlsChannel tls) {}

    private Opened open(InetSocketAddress address, String request, boolean stalled) throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (stalled) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        }
        channels.add(channel);
        channel.socket().connect(address, CONNECT_MS);
        ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
        TlsChannel secured = tls == null ? null : new TlsChannel(channel, address, tls, CONNECT_MS);
        if (secured == null) {
            channel.write(bytes);
        } else {
            secured.write(bytes);
        }
        channel.configureBlocking(false);
        return new Opened(channel, secured);
    }

    private void register(Client client) throws IOException {
        client.channel.register(selector, SelectionKey.OP_READ, client);
        selector.wakeup();
    }

    /** Waits until as many clients have the head of their answer. */
    public void awaitHeads(long count) throws InterruptedException {
        await(heads, count, "heads");
    }

    /** Waits until all clients together have as many events. */
    public void awaitReceived(long count) throws InterruptedException {
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
    public void awaitNumber(long number) throws InterruptedException {
        long before = received();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long behind;
        while ((behind = followers.stream()
                        .filter(client -> client.newest() < number)
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
    public List<Place> places() {
        return followers.stream()
                .map(client -> new Place(client.lastId, client.newest()))
                .toList();
    }

    /** How many events all clients together have. */
    public long received() {
        return received.get();
    }

    /** Forgets the latencies so far. */
    public void resetLatency() {
        latency = new Histogram(MOST_LATENCY_NANOS, 3);
    }

    /** From when events were due to when clients had them, in nanoseconds. */
    public Histogram latency() {
        return latency;
    }

    /** From when clients began to connect to their first line, in nanoseconds; to be read when all have their heads. */
    public Histogram firstByte() {
        return firstByte;
    }

    /** How many clients have the head of their answer, and it was that of a stream. */
    long heads() {
        return heads.get();
    }

    /** How many clients have a stream now. */
    long streams() {
        return streams.get();
    }

    /** How many clients have no stream, or have none any more. */
    long lost() {
        return lost.get();
    }

    /** Why, and how often for each reason. */
    Map<String, Long> reasons() {
        return new TreeMap<>(reasons);
    }

    /** How many events those that follow a topic got in spite of a later one that came before, or twice. */
    long repeated() {
        return repeated.get();
    }

    /** How many events were left out before a later one came. */
    long missed() {
        return missed.get();
    }

    /**
     * How many events a client that follows a topic lacks at its end. One that has no stream lacks nothing.
     *
     * @param client which of them, in the order in which they came
     * @param newest the number of each publisher's newest event
     */
    long lacking(int client, long[] newest) {
        Client follower = followers.get(client);
        if (follower.isLost) {
            return 0;
        }
        AtomicLongArray numbers = follower.numbers;
        long lacking = 0;
        for (int i = 0; i < newest.length; i++) {
            lacking += (newest[i] - numbers.get(i)) / publishers;
        }
        return lacking;
    }

    private void lose(Client client, String reason) {
        client.isLost = true;
        if (client.hasHead && client.refusal == null) {
            streams.decrementAndGet();
        }
        lost.incrementAndGet();
        String known = reasons.size() < MOST_REASONS || reasons.containsKey(reason) ? reason : "other reasons";
        reasons.merge(known, 1L, Long::sum);
        try {
            client.channel.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "A client's channel did not close well", e);
        }
    }

    private void readAll() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(64 * 1024);
        ByteBuffer net = ByteBuffer.allocate(tls == null ? 0 : TlsChannel.NET_BYTES);
        try {
            while (selector.isOpen()) {
                selector.select(key -> read((Client) key.attachment(), key, net, bytes));
            }
        } catch (ClosedSelectorException e) {
            return; // the end of the row
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(Client client, SelectionKey key, ByteBuffer net, ByteBuffer bytes) {
        try {
            int count;
            do {
                bytes.clear();
                count = client.receive(net, bytes);
                client.read(bytes.flip());
            } while (!client.isDrained(count, bytes));
            if (count < 0 && client.channel.isOpen()) {
                key.cancel();
                lose(client, "ended by the server");
            }
        } catch (ClosedChannelException e) { // refused, or the end of the crowd
            key.cancel();
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            key.cancel();
            lose(client, "were sent an event that is none of this run's");
        } catch (IOException e) { // the counts then show what is missing
            key.cancel();
            lose(client, "cut off by the server");
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
