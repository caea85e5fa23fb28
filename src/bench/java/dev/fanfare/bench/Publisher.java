package dev.fanfare.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * Publishes over one connection, one event after another. A server that closes its connections after some requests, as its
 * answers say then, gets a new one.
 */
final class Publisher implements AutoCloseable {
    private final Subject subject;
    private final int port;
    private final String padding;
    private Socket socket;
    private InputStream answers;

    Publisher(Subject subject, int port, int bytes) throws IOException {
        this.subject = subject;
        this.port = port;
        padding = "x".repeat(Math.max(0, bytes - 20));
        socket = connect();
        answers = new BufferedInputStream(socket.getInputStream());
    }

    private Socket connect() throws IOException {
        Socket connected = new Socket(InetAddress.getLoopbackAddress(), port);
        connected.setTcpNoDelay(true);
        connected.setSoTimeout(60_000);
        return connected;
    }

    /** Publishes an event that was due at a time of {@link System#nanoTime}. */
    void publish(int topic, long dueNanos) throws IOException {
        send(subject.publishRequest(topic, dueNanos + " " + padding));
    }

    /** Publishes an event that was due at a time of {@link System#nanoTime} and bears a number; see {@link Crowd}. */
    void publish(int topic, long dueNanos, long number) throws IOException {
        send(subject.publishRequest(topic, numbered(dueNanos, number)));
    }

    private String numbered(long dueNanos, long number) {
        return dueNanos + " " + number + " " + padding;
    }

    /**
     * Publishes events in one request. Event i goes to topic i modulo their number, where it bears the number that comes next;
     * from 0 on these are 1, 2, 3 in each topic.
     *
     * @param named whether event i has the id {@code e} and i, else the hub gives it one
     */
    void publishBatch(long from, int count, int topics, boolean named) throws IOException {
        StringJoiner events = new StringJoiner(",", "[", "]");
        for (long i = from; i < from + count; i++) {
            String data = numbered(System.nanoTime(), i / topics + 1);
            events.add("{\"topic\":\"t" + i % topics + "\",\"data\":\"" + data + "\""
                    + (named ? ",\"id\":\"e" + i + "\"}" : "}"));
        }
        send(subject.batchRequest(events.toString()));
    }

    private void send(String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String status = line();
        if (!status.startsWith("HTTP/1.1 20")) {
            throw new IOException(subject + " refused an event: " + status);
        }
        if (skipAnswer()) {
            socket.close();
            socket = connect();
            answers = new BufferedInputStream(socket.getInputStream());
        }
    }

    /** Whether it was the last answer over this connection. */
    private boolean skipAnswer() throws IOException {
        int length = 0;
        boolean chunked = false;
        boolean last = false;
        String header;
        while (!(header = line().toLowerCase(Locale.ROOT)).isEmpty()) {
            if (header.startsWith("content-length:")) {
                length = Integer.parseInt(header.substring(15).strip());
            }
            chunked |= header.startsWith("transfer-encoding:");
            last |= header.startsWith("connection:") && header.contains("close");
        }
        if (chunked) {
            skipChunks();
        } else {
            answers.skipNBytes(length);
        }
        return last;
    }

    private void skipChunks() throws IOException {
        int chunk;
        do {
            chunk = Integer.parseInt(line(), 16);
            answers.skipNBytes(chunk + 2L);
        } while (chunk > 0);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int next;
        while ((next = answers.read()) != '\n') {
            if (next < 0) {
                throw new IOException(subject + " closed the publisher's connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
