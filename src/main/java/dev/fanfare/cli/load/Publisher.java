package dev.fanfare.cli.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Publishes over one connection, one event after another. A server that closes its connections after some requests, as its
 * answers say then, gets a new one.
 */
public final class Publisher implements AutoCloseable {
    private static final int CONNECT_MS = 10_000;
    private static final int ANSWER_MS = 60_000;

    private final LoadRequests requests;
    private final InetSocketAddress address;
    private final @Nullable SSLContext tls;
    private final String padding;
    private Socket socket;
    private InputStream answers;

    /**
     * A publisher that is connected.
     *
     * @param bytes the length of each event's data
     */
    public Publisher(LoadRequests requests, InetSocketAddress address, int bytes) throws IOException {
        this(requests, address, null, bytes);
    }

    /** @param tls what the server's certificate is checked with; null for clear text */
    Publisher(LoadRequests requests, InetSocketAddress address, @Nullable SSLContext tls, int bytes)
            throws IOException {
        this.requests = requests;
        this.address = address;
        this.tls = tls;
        padding = "x".repeat(Math.max(0, bytes - 20));
        socket = connect();
        answers = new BufferedInputStream(socket.getInputStream());
    }

    private Socket connect() throws IOException {
        Socket connected = new Socket();
        try {
            connected.connect(address, CONNECT_MS);
            connected.setTcpNoDelay(true);
            connected.setSoTimeout(ANSWER_MS);
            return tls == null ? connected : secured(connected, tls);
        } catch (IOException e) {
            connected.close();
            throw e;
        }
    }

    private Socket secured(Socket connected, SSLContext context) throws IOException {
        SSLSocket secured = (SSLSocket)
                context.getSocketFactory().createSocket(connected, address.getHostString(), address.getPort(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    /** Publishes an event that was due at a time of {@link System#nanoTime}. */
    public void publish(int topic, long dueNanos) throws IOException {
        send(requests.publishRequest(topic, dueNanos + " " + padding));
    }

    /** Publishes an event that was due at a time of {@link System#nanoTime} and bears a number; see {@link Crowd}. */
    public void publish(int topic, long dueNanos, long number) throws IOException {
        send(requests.publishRequest(topic, numbered(dueNanos, number)));
    }

    /** The data of an event that was due at a time and bears a number. */
    public String numbered(long dueNanos, long number) {
        return dueNanos + " " + number + " " + padding;
    }

    /** Sends a request that is not of this class and waits for its answer. */
    public void send(String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        String status = line();
        if (!status.startsWith("HTTP/1.1 20")) {
            throw new IOException("The server refused an event: " + status);
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
        for (String header = headerLine(); !header.isEmpty(); header = headerLine()) {
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

    private String headerLine() throws IOException {
        return line().toLowerCase(Locale.ROOT);
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
                throw new IOException("The server closed a publisher's connection");
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
