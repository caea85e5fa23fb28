package dev.fanfare.server.warmup;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.IntSupplier;

/** A connection to this machine's own port, and just enough HTTP for what the server answers. Confined to a thread. */
final class Exchange implements AutoCloseable {
    private static final String END_OF_HEAD = "\r\n\r\n";
    private static final String LENGTH = "\r\ncontent-length:";

    private final Socket socket = new Socket();
    private final IntSupplier leftMs;
    private final InputStream in;
    private final byte[] buffer = new byte[8 << 10];
    private int filled;

    /** @param leftMs how long it may wait; time that is over fails */
    Exchange(int port, IntSupplier leftMs) throws IOException {
        this.leftMs = leftMs;
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), waitMs());
            in = socket.getInputStream();
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private int waitMs() {
        return Math.max(1, leftMs.getAsInt());
    }

    /** Opens a stream, and waits for its first bytes. */
    void open(String request) throws IOException {
        int head = head(request);
        while (filled == head) {
            read();
        }
    }

    /** Sends a request, and gives what was answered. */
    String send(String request) throws IOException {
        int head = head(request);
        int end = head + bodyLength(text().substring(0, head));
        if (end > buffer.length) {
            throw new IOException("an answer of " + end + " bytes, more than expected, to " + firstLine(request));
        }
        while (filled < end) {
            read();
        }
        return text().substring(head, end);
    }

    /** Sends a request, reads the head of the answer, and gives its length. */
    private int head(String request) throws IOException {
        filled = 0;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        int end;
        do {
            read();
            end = text().indexOf(END_OF_HEAD);
        } while (end < 0);
        String answer = text();
        if (!answer.startsWith("HTTP/1.1 20")) {
            throw new IOException(firstLine(answer) + ", and no success, to " + firstLine(request));
        }
        return end + END_OF_HEAD.length();
    }

    private void read() throws IOException {
        socket.setSoTimeout(waitMs());
        int count = in.read(buffer, filled, buffer.length - filled);
        if (count <= 0) {
            throw new EOFException("the connection ended");
        }
        filled += count;
    }

    private String text() {
        return new String(buffer, 0, filled, StandardCharsets.ISO_8859_1);
    }

    private static int bodyLength(String head) throws IOException {
        int at = head.toLowerCase(Locale.ROOT).indexOf(LENGTH);
        if (at < 0) {
            return 0;
        }
        int from = at + LENGTH.length();
        try {
            return Integer.parseInt(
                    head.substring(from, head.indexOf("\r\n", from)).strip());
        } catch (NumberFormatException e) {
            throw new IOException("an answer without a length", e);
        }
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
