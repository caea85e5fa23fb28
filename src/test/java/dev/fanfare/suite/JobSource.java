package dev.fanfare.suite;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Where statuses come from: a server whose answers a test changes, each job on its own. Jobs that were not set are 404. */
final class JobSource implements AutoCloseable {
    private interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> polls = new ConcurrentHashMap<>();
    private final List<String> unexpected = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    JobSource() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/jobs/", this::answer);
        server.createContext("/", exchange -> {
            unexpected.add(exchange.getRequestURI().toString());
            exchange.close();
        });
        server.setExecutor(threads);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String job = exchange.getRequestURI().getPath().substring("/jobs/".length());
            if (job.contains("..")) {
                unexpected.add(job);
            }
            AtomicInteger count = polls.computeIfAbsent(job, key -> new AtomicInteger());
            count.incrementAndGet();
            try {
                answers.getOrDefault(job, other -> send(other, 404, "text/plain", ""))
                        .give(exchange);
            } catch (IOException e) {
                // This server closes connections that were idle for long, also one that is just asked on. Clients ask
                // again.
                count.decrementAndGet();
                throw e;
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** The job has this status from now on. */
    void set(String job, String json) {
        answer(job, 200, "application/json", json);
    }

    /** The job has this status, and the source says for how long. */
    void setFresh(String job, String json, Duration time) {
        answers.put(job, exchange -> {
            exchange.getResponseHeaders().set("Cache-Control", "max-age=" + time.toSeconds());
            send(exchange, 200, "application/json", json);
        });
    }

    void answer(String job, int status, String type, String body) {
        answers.put(job, exchange -> send(exchange, status, type, body));
    }

    /** The source takes the question and says nothing. */
    void hang(String job) {
        answers.put(job, exchange -> {
            try {
                closing.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    void redirect(String job, String location) {
        answers.put(job, exchange -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(302, -1);
        });
    }

    /** There is no such job any more. */
    void remove(String job) {
        answers.remove(job);
    }

    /** How often a job was asked for. */
    int polls(String job) {
        AtomicInteger count = polls.get(job);
        return count == null ? 0 : count.get();
    }

    /** What else than jobs it was asked for, and jobs with dots for a name. */
    List<String> unexpected() {
        return unexpected;
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
