package dev.fanfare.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * HTTP as bytes on a socket to this machine, for tests of what an HTTP client would tidy up: malformed targets, repeated
 * headers, a connection that must end. Every exchange is a connection of its own and ends by a deadline.
 *
 * <pre>{@code
 * RawHttp.Answer answer = RawHttp.request(port, "GET", "/nope", "Accept: text/html");
 * assertThat(answer.status()).isEqualTo(404);
 * }</pre>
 */
public final class RawHttp {

    public static final Duration DEADLINE = Patience.LONG;

    private RawHttp() {}

    /** Sends a request without a body, with {@code Host} and {@code Connection: close}, and reads to the end. */
    public static Answer request(int port, String method, String target, String... headers) {
        return request(port, method, target, List.of(headers), null);
    }

    /** Sends a request with a body and its {@code Content-Length}, and reads to the end. */
    public static Answer request(int port, String method, String target, List<String> headers, @Nullable String body) {
        StringBuilder request = new StringBuilder(
                method + " " + target + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: close\r\n");
        headers.forEach(header -> request.append(header).append("\r\n"));
        byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
        if (body != null) {
            request.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        // One character, one byte: a test can put any byte into its target.
        return exchange(port, concat(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1), bytes));
    }

    /**
     * Sends exactly these bytes and reads until the server closes.
     *
     * @throws AssertionError if the server has not closed by the deadline, with what it sent so far
     */
    public static Answer exchange(int port, byte[] request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            boolean isSent = send(socket, request);
            return Answer.parse(readToEnd(socket, isSent));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the server took it all; one that refuses a request may have answered and closed before. */
    private static boolean send(Socket socket, byte[] request) throws IOException {
        try {
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            return true;
        } catch (SocketException e) {
            if (socket.getInputStream().available() == 0) {
                throw e;
            }
            return false;
        }
    }

    /** @param isSent false where the connection breaks behind what was read */
    private static byte[] readToEnd(Socket socket, boolean isSent) throws IOException {
        long end = System.nanoTime() + DEADLINE.toNanos();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8192];
        try {
            while (true) {
                long leftMs = (end - System.nanoTime()) / 1_000_000;
                if (leftMs <= 0) {
                    throw new SocketTimeoutException();
                }
                socket.setSoTimeout((int) leftMs);
                int count = in.read(buffer);
                if (count < 0) {
                    return read.toByteArray();
                }
                read.write(buffer, 0, count);
            }
        } catch (SocketException e) {
            if (isSent || read.size() == 0) {
                throw e;
            }
            return read.toByteArray();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("not closed within " + DEADLINE + ", so far: " + read, e);
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }

    /**
     * An answer as it was on the wire; only chunks have been put together.
     *
     * @param headers values by name, in the order they came; names of any case find them
     */
    public record Answer(int status, Map<String, List<String>> headers, String body) {

        /** The values of all lines, joined by a comma, or null where there is none. */
        public @Nullable String header(String name) {
            List<String> values = headers.get(name);
            return values == null ? null : String.join(", ", values);
        }

        static Answer parse(byte[] bytes) {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            int endOfHead = text.indexOf("\r\n\r\n");
            if (endOfHead < 0) {
                throw new AssertionError("no complete head: " + text);
            }
            String[] lines = text.substring(0, endOfHead).split("\r\n");
            Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (int i = 1; i < lines.length; i++) {
                String[] pair = lines[i].split(":", 2);
                headers.computeIfAbsent(pair[0], name -> new ArrayList<>()).add(pair[1].strip());
            }
            String body = text.substring(endOfHead + 4);
            if (headers.getOrDefault("Transfer-Encoding", List.of()).contains("chunked")) {
                body = unchunked(body);
            }
            return new Answer(
                    Integer.parseInt(lines[0].split(" ", 3)[1]),
                    headers,
                    new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
        }

        private static String unchunked(String body) {
            StringBuilder whole = new StringBuilder();
            int at = 0;
            while (at < body.length()) {
                int endOfSize = body.indexOf("\r\n", at);
                int size = Integer.parseInt(body.substring(at, endOfSize), 16);
                whole.append(body, endOfSize + 2, endOfSize + 2 + size);
                at = endOfSize + 2 + size + 2;
            }
            return whole.toString();
        }
    }

    /** The head of the next answer on a connection; what follows stays unread. */
    public static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int sign = in.read();
            if (sign < 0) {
                throw new AssertionError("closed after '" + head + "'");
            }
            head.append((char) sign);
        }
        return head.toString();
    }
}
