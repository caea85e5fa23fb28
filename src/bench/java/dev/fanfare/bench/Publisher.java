package dev.fanfare.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Publishes over one connection, one event after another. */
final class Publisher implements AutoCloseable {
    private final Subject subject;
    private final Socket socket;
    private final InputStream answers;
    private final String padding;

    Publisher(Subject subject, int port, int bytes) throws IOException {
        this.subject = subject;
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        answers = new BufferedInputStream(socket.getInputStream());
        padding = "x".repeat(Math.max(0, bytes - 20));
    }

    /** Publishes an event that was due at a time of {@link System#nanoTime}. */
    void publish(int topic, long dueNanos) throws IOException {
        String data = dueNanos + " " + padding;
        socket.getOutputStream().write(subject.publishRequest(topic, data).getBytes(StandardCharsets.US_ASCII));
        String status = line();
        if (!status.startsWith("HTTP/1.1 20")) {
            throw new IOException(subject + " refused an event: " + status);
        }
        skipAnswer();
    }

    private void skipAnswer() throws IOException {
        int length = 0;
        boolean chunked = false;
        String header;
        while (!(header = line().toLowerCase(Locale.ROOT)).isEmpty()) {
            if (header.startsWith("content-length:")) {
                length = Integer.parseInt(header.substring(15).strip());
            }
            chunked |= header.startsWith("transfer-encoding:");
        }
        if (!chunked) {
            answers.skipNBytes(length);
            return;
        }
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
