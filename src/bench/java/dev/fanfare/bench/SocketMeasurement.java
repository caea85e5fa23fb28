package dev.fanfare.bench;

import dev.fanfare.cli.load.Crowd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/**
 * Sends events at a pace to clients that each have a thread and a socket, in clear text or over TLS, by whether the server has
 * made itself a certificate. The same clients for both, so that their figures can be compared.
 */
final class SocketMeasurement {
    private static final Path CERTIFICATE = Path.of("fanfare-dev-certificate.pem");
    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final int PATIENCE_SECONDS = 60;

    private final Subject subject;
    private final Row row;
    private final ServerProcess server;
    private final SocketFactory sockets;
    private final AtomicLong received = new AtomicLong();
    private final BlockingQueue<Boolean> heads = new LinkedBlockingQueue<>();
    private volatile Histogram latency = new SynchronizedHistogram(Crowd.MOST_LATENCY_NANOS, 3);

    private SocketMeasurement(Subject subject, Row row, ServerProcess server, SocketFactory sockets) {
        this.subject = subject;
        this.row = row;
        this.server = server;
        this.sockets = sockets;
    }

    /** @param directory the server's own */
    static Map<String, Double> of(Subject subject, Row row, Duration time, ServerProcess server, Path directory)
            throws IOException, InterruptedException {
        Path certificate = directory.resolve(CERTIFICATE);
        SocketFactory sockets = Files.exists(certificate) ? trusting(certificate) : SocketFactory.getDefault();
        return new SocketMeasurement(subject, row, server, sockets).deliver(time);
    }

    private static SocketFactory trusting(Path certificate) throws IOException {
        try (InputStream in = Files.newInputStream(certificate)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "dev", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private Map<String, Double> deliver(Duration time) throws IOException, InterruptedException {
        Socket[] clients = new Socket[row.clients()];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = connect();
            Socket client = clients[i];
            client.getOutputStream().write(subject.subscribeRequest(0).getBytes(StandardCharsets.US_ASCII));
            Thread reader = new Thread(() -> read(client), "client-" + i);
            reader.setDaemon(true);
            reader.start();
            if (heads.poll(PATIENCE_SECONDS, TimeUnit.SECONDS) == null) {
                throw new IllegalStateException("Client " + i + " has no head after " + PATIENCE_SECONDS + " s");
            }
        }
        try (Socket publisher = connect()) {
            long warm = publish(publisher, WARM_UP, 0);
            latency = new SynchronizedHistogram(Crowd.MOST_LATENCY_NANOS, 3);
            Duration cpuBefore = server.cpu();
            long events = publish(publisher, time, warm);
            double deliveries = (double) events * row.clients();
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("CPU us/delivery", server.cpu().minus(cpuBefore).toNanos() / 1e3 / deliveries);
            figures.put("p50 ms", latency.getValueAtPercentile(50) / 1e6);
            figures.put("p99 ms", latency.getValueAtPercentile(99) / 1e6);
            return figures;
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private Socket connect() throws IOException {
        Socket socket = sockets.createSocket(InetAddress.getLoopbackAddress(), server.port());
        socket.setTcpNoDelay(true);
        return socket;
    }

    private void read(Socket client) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() && heads.isEmpty() && received.get() == 0) {
                    heads.add(true);
                } else if (line.startsWith("data:")) {
                    long due = Long.parseLong(line.substring(5).strip().split(" ", 2)[0]);
                    latency.recordValue(Math.max(0, Math.min(Crowd.MOST_LATENCY_NANOS, System.nanoTime() - due)));
                    received.incrementAndGet();
                }
            }
        } catch (IOException e) { // the counts say what is missing
            Thread.currentThread().interrupt();
        }
    }

    /** Publishes at the rate of the row and waits until all clients have all; the number of events. */
    private long publish(Socket publisher, Duration howLong, long before) throws IOException, InterruptedException {
        BufferedReader answers =
                new BufferedReader(new InputStreamReader(publisher.getInputStream(), StandardCharsets.US_ASCII));
        long began = System.nanoTime();
        long count = 0;
        for (long due = began; due < began + howLong.toNanos(); due = began + count * 1_000_000_000L / row.rate()) {
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            String data = due + " " + "x".repeat(Math.max(0, row.bytes() - 20));
            publisher.getOutputStream().write(subject.publishRequest(0, data).getBytes(StandardCharsets.US_ASCII));
            skipAnswer(answers);
            count++;
        }
        long all = (before + count) * row.clients();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (received.get() < all) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("Only " + received + " of " + all + " events came");
            }
            Thread.sleep(1);
        }
        return count;
    }

    private static void skipAnswer(BufferedReader answers) throws IOException {
        String status = answers.readLine();
        if (status == null || !status.startsWith("HTTP/1.1 200")) {
            throw new IOException("The server refused an event: " + status);
        }
        int length = 0;
        for (String line = answers.readLine(); line != null && !line.isEmpty(); line = answers.readLine()) {
            if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        for (int i = 0; i < length; i++) {
            answers.read();
        }
    }
}
