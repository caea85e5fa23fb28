package dev.fanfare.testing;

import dev.fanfare.wire.EventDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One answer on a socket to this machine, read as it comes: head, chunks, events. It stays open until it is closed, and every
 * wait ends by a deadline, with all that has been read in the message.
 */
public final class EventStream implements AutoCloseable {

    public static final Duration DEADLINE = Patience.LONG;

    private static final int MAX_EVENT_BYTES = 1 << 20;

    /**
     * What a browser would tell its page.
     *
     * @param retry the reconnection delay sent since the event before, but not that of the stream; null if there was none
     */
    public record Event(
            String type, String data, String id, @Nullable Duration retry) {}

    /** How an answer ended. */
    public enum End {
        /** By its last chunk or its announced length, or it has no body: the connection can take another request. */
        COMPLETE,
        /** The server closed the connection, which is the only end that HTTP/1.0 knows. */
        CLOSED,
        /** In the middle of a chunk, or by a reset. */
        CUT_OFF
    }

    private final Socket socket;

    // Guarded by this.
    private final StringBuilder read = new StringBuilder();
    private final List<Event> events = new ArrayList<>();
    private final List<String> comments = new ArrayList<>();
    private HttpHead head = HttpHead.NONE;
    private @Nullable Duration retry;
    private @Nullable End end;
    private int taken;

    private EventStream(Socket socket, String request) {
        this.socket = socket;
        try {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean isHead = request.startsWith("HEAD ");
        Thread reader = new Thread(() -> read(isHead), "event-stream-reader");
        reader.setDaemon(true);
        reader.start();
        await("a head", () -> head == HttpHead.NONE ? null : head);
    }

    /** Opens a stream as an EventSource would; returns when its head has come. */
    public static EventStream open(int port, String target, String... headers) {
        List<String> all = new ArrayList<>(List.of("Accept: text/event-stream"));
        all.addAll(List.of(headers));
        return send(port, "GET", target, "HTTP/1.1", all);
    }

    /** Sends a request, with {@code Host} and these headers and no others; returns when the answer's head has come. */
    public static EventStream send(int port, String method, String target, String version, List<String> headers) {
        return new EventStream(connect(port, 0), request(port, method, target, version, headers));
    }

    /** Sends the next request on the same connection, once this answer is complete. */
    public EventStream sendAgain(String target, String... headers) {
        if (awaitEnd() != End.COMPLETE) {
            throw new AssertionError("the connection can't be used again: " + this);
        }
        return new EventStream(socket, request(socket.getPort(), "GET", target, "HTTP/1.1", List.of(headers)));
    }

    /** A connection that has asked for a stream and reads nothing of it, with a small buffer in the kernel. */
    public static Socket openStalled(int port, String target) {
        Socket socket = connect(port, 1024);
        try {
            socket.getOutputStream()
                    .write(request(port, "GET", target, "HTTP/1.1", List.of("Accept: text/event-stream"))
                            .getBytes(StandardCharsets.ISO_8859_1));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket connect(int port, int receiveBuffer) {
        Socket socket = new Socket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) DEADLINE.toMillis());
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String request(int port, String method, String target, String version, List<String> headers) {
        StringBuilder request = new StringBuilder(method + " " + target + " " + version + "\r\n");
        request.append("Host: localhost:").append(port).append("\r\n");
        headers.forEach(header -> request.append(header).append("\r\n"));
        return request.append("\r\n").toString();
    }

    private void read(boolean isHead) {
        EventDecoder decoder = new EventDecoder(new Collector(), MAX_EVENT_BYTES);
        End how;
        try {
            HttpBody body = new HttpBody(socket.getInputStream(), this::note);
            HttpHead read = body.head();
            synchronized (this) {
                head = read;
                notifyAll();
            }
            how = body.read(isHead ? HttpBody.Framing.NONE : HttpBody.framing(read), bytes -> decode(decoder, bytes))
                    ? End.COMPLETE
                    : End.CLOSED;
        } catch (IOException e) {
            note("[" + e + "]");
            how = End.CUT_OFF;
        }
        synchronized (this) {
            end = how;
            notifyAll();
        }
    }

    private synchronized void decode(EventDecoder decoder, byte[] bytes) {
        decoder.feed(ByteBuffer.wrap(bytes));
        notifyAll();
    }

    private synchronized void note(String text) {
        read.append(text);
        notifyAll();
    }

    public synchronized int status() {
        return head.status();
    }

    /** The values of all lines, joined by a comma, or null where there is none. */
    public synchronized @Nullable String header(String name) {
        List<String> values = head.headers().get(name);
        return values == null ? null : String.join(", ", values);
    }

    /** All headers, by their names in any case. */
    public synchronized Map<String, List<String>> headers() {
        return head.headers();
    }

    /** Waits for the next event. */
    public Event next() {
        return await("an event", () -> taken < events.size() ? events.get(taken++) : null);
    }

    /** Waits for the next so many events. */
    public List<Event> next(int count) {
        return Stream.generate(this::next).limit(count).toList();
    }

    /** The newest event that has come; waits for one that was not taken before. */
    public Event toLatest() {
        Event latest = next();
        synchronized (this) {
            latest = events.get(events.size() - 1);
            taken = events.size();
        }
        return latest;
    }

    /** Waits for the end, and gives all events that were not taken before. */
    public List<Event> toEnd() {
        awaitEnd();
        synchronized (this) {
            List<Event> rest = List.copyOf(events.subList(taken, events.size()));
            taken = events.size();
            return rest;
        }
    }

    /** Waits for the end. */
    public End awaitEnd() {
        return await("the end", () -> end);
    }

    /** Waits for so many comments. */
    public List<String> awaitComments(int count) {
        return await(count + " comments", () -> comments.size() < count ? null : List.copyOf(comments));
    }

    /** Waits for the body to have a text. */
    public void awaitText(String text) {
        await("'" + text + "'", () -> read.indexOf(text) < 0 ? null : text);
    }

    public synchronized boolean isOpen() {
        return end == null;
    }

    /** The events so far that were not taken. */
    public synchronized List<Event> untaken() {
        return List.copyOf(events.subList(taken, events.size()));
    }

    /** The reconnection delay that is in force. */
    public synchronized @Nullable Duration retry() {
        return retry;
    }

    /** Head and body so far, as they were on the wire, chunks and all. */
    public synchronized String wire() {
        return read.toString();
    }

    private synchronized <T> T await(String what, Supplier<@Nullable T> look) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            T found = look.get();
            if (found != null) {
                return found;
            }
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (end != null || leftMs <= 0) {
                throw new AssertionError("expected " + what + ", found " + this);
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted waiting for " + what, e);
            }
        }
    }

    /** Leaves, by FIN. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves, by a reset. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
        close();
    }

    @Override
    public synchronized String toString() {
        return (end == null ? "open" : end) + ", " + events.size() + " events, " + taken + " of them taken, read:\n"
                + read;
    }

    /** Called with the lock held, by {@link #decode}. */
    private final class Collector implements EventDecoder.Handler {
        private @Nullable Duration since;

        @Override
        public void event(String type, String data, String lastEventId) {
            events.add(new Event(type, data, lastEventId, since));
            since = null;
        }

        @Override
        public void retry(Duration delay) {
            since = retry == null ? null : delay; // the first is the stream's own
            retry = delay;
        }

        @Override
        public void comment(String text) {
            comments.add(text);
        }
    }
}
