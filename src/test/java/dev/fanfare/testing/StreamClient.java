package dev.fanfare.testing;

import dev.fanfare.wire.EventDecoder;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A client of an event stream on a socket to this machine, with small buffers. It sends its request and reads the head; the
 * body is read by a thread of its own from {@link #read} on, so a client that never calls that is one that stalls. All
 * waiting ends by a deadline, with what was read so far in the message. Thread-safe.
 */
public final class StreamClient implements AutoCloseable {
    private static final int TLS_FAREWELL_MS = 1000;

    private static final int RECEIVE_BYTES = 16 * 1024;
    private static final int MAX_SHOWN = 2000;

    /** How the body ended. */
    public enum End {
        /** With the last chunk, or there is none. */
        COMPLETE,
        /** By a connection that was closed or reset before. */
        CUT_OFF
    }

    private final Socket socket;
    private final HttpBody body;
    private final HttpHead head;
    private volatile int biteBytes = Integer.MAX_VALUE;

    // Guarded by this.
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<RecordingOutlet.Received> events = new ArrayList<>();
    private final List<String> comments = new ArrayList<>();
    private final EventDecoder decoder = new EventDecoder(new Decoded(), Integer.MAX_VALUE);
    private @Nullable End end;

    private final class Decoded implements EventDecoder.Handler {
        @Override
        public void event(String type, String data, String lastEventId) {
            events.add(new RecordingOutlet.Received(lastEventId.isEmpty() ? null : lastEventId, type, data));
        }

        @Override
        public void comment(String text) {
            comments.add(text);
        }
    }

    private StreamClient(@Nullable SSLContext tls, int port, String target, String... headers) throws IOException {
        Socket plain = new Socket();
        plain.setReceiveBufferSize(RECEIVE_BYTES);
        plain.setTcpNoDelay(true);
        plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket = tls == null ? plain : tls.getSocketFactory().createSocket(plain, "localhost", port, true);
        socket.setSoTimeout((int) RecordingOutlet.DEADLINE.toMillis());
        StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        body = new HttpBody(new Bites(socket.getInputStream()), text -> {});
        head = body.head();
    }

    /** Reads a few bytes at a time. */
    private final class Bites extends FilterInputStream {
        Bites(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return super.read(buffer, offset, Math.min(length, biteBytes));
        }
    }

    /** Sends a GET and reads the head of the answer. */
    public static StreamClient get(int port, String target, String... headers) {
        return get(null, port, target, headers);
    }

    /**
     * Sends a GET and reads the head of the answer.
     *
     * @param tls null for clear text
     */
    public static StreamClient get(@Nullable SSLContext tls, int port, String target, String... headers) {
        try {
            return new StreamClient(tls, port, target, headers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The status of the answer. */
    public int status() {
        return head.status();
    }

    /** The values of a header, joined by a comma; empty where there is none. */
    public String header(String name) {
        return String.join(", ", head.headers().getOrDefault(name, List.of()));
    }

    /** Reads the body from now on. */
    public StreamClient read() {
        Thread reader = new Thread(this::readBody, "stream-client");
        reader.setDaemon(true);
        reader.start();
        return this;
    }

    /** Reads the body from now on, a few bytes at a time. */
    public StreamClient readInBitesOf(int bytesAtMost) {
        biteBytes = bytesAtMost;
        return read();
    }

    private void readBody() {
        try {
            socket.setSoTimeout(0);
            ended(body.read(HttpBody.framing(head), this::received) ? End.COMPLETE : End.CUT_OFF);
        } catch (IOException e) {
            ended(End.CUT_OFF);
        }
    }

    private synchronized void received(byte[] bite) {
        bytes.writeBytes(bite);
        decoder.feed(ByteBuffer.wrap(bite));
        notifyAll();
    }

    private synchronized void ended(End how) {
        end = how;
        notifyAll();
    }

    /** The body as far as it was read. */
    public synchronized String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** The events that a browser would dispatch, in their order. */
    public synchronized List<RecordingOutlet.Received> events() {
        return List.copyOf(events);
    }

    /** The data of the events, in their order. */
    public List<String> data() {
        return events().stream().map(RecordingOutlet.Received::data).toList();
    }

    /** The comments, without their colon. */
    public synchronized List<String> comments() {
        return List.copyOf(comments);
    }

    /** What the client would send as {@code Last-Event-ID}. */
    public synchronized String lastEventId() {
        return decoder.lastEventId();
    }

    /** Whether the body has ended. */
    public synchronized boolean isEnded() {
        return end != null;
    }

    /** Waits until there are so many events. */
    public StreamClient awaitEvents(int count) {
        await(count + " events", () -> events.size() >= count);
        return this;
    }

    /** Waits until {@code part} has been read. */
    public StreamClient awaitText(String part) {
        await("'" + part + "'", () -> text().contains(part));
        return this;
    }

    /** Waits for the end of the body, and tells how it came. */
    public synchronized End awaitEnd() {
        await("the end", () -> end != null);
        return end == null ? End.CUT_OFF : end;
    }

    private synchronized void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + RecordingOutlet.DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            long leftMs = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (leftMs <= 0 || end != null) {
                String found = text();
                throw new AssertionError("expected " + what + " within " + RecordingOutlet.DEADLINE + ", found "
                        + status() + ", " + events.size() + " events, ended: " + end + ", at last: "
                        + found.substring(Math.max(0, found.length() - MAX_SHOWN)));
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for " + what, e);
            }
        }
    }

    /** Sends something while the stream is open. */
    public void send(String text) {
        run(() -> socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Ends its own direction of the connection; goes on reading. */
    public void halfClose() {
        run(socket::shutdownOutput);
    }

    /** Breaks the connection. */
    public void reset() {
        run(() -> {
            socket.setSoLinger(true, 0);
            socket.close();
        });
    }

    /** Closes the connection. */
    @Override
    public void close() {
        run(() -> {
            if (!socket.isClosed()) {
                socket.setSoTimeout(TLS_FAREWELL_MS); // a socket of TLS waits so long for the other side's farewell
            }
            socket.close();
        });
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void run(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
