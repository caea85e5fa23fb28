package dev.fanfare.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Where the gateway's statuses come from, as a process of its own. It knows when each was asked for, and so how late the
 * gateway's schedule is: by how much longer than the period it took from one question to the next.
 *
 * <p>{@code /changing/NAME} is another status each time, which begins with the time; {@code /still/NAME} always the same, of time 0.
 * {@code /figures} tells what was counted since {@code /reset}.
 */
final class SourceServer {
    private static final long MOST_NANOS = 60_000_000_000L;
    private static final String PADDING = "x".repeat(180);

    private final long periodNanos;
    private final Map<String, Long> lastAsked = new ConcurrentHashMap<>();
    private final AtomicLong polls = new AtomicLong();
    private volatile Histogram lag = new ConcurrentHistogram(MOST_NANOS, 3);

    private SourceServer(long periodNanos) {
        this.periodNanos = periodNanos;
    }

    /** @param arguments the period in ms */
    public static void main(String[] arguments) throws IOException {
        SourceServer source = new SourceServer(Long.parseLong(arguments[0]) * 1_000_000);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.createContext("/changing/", exchange -> {
            source.asked(exchange);
            answer(exchange, System.nanoTime() + " " + PADDING);
        });
        server.createContext("/still/", exchange -> {
            source.asked(exchange);
            answer(exchange, "0 " + exchange.getRequestURI().getPath() + PADDING);
        });
        server.createContext("/figures", exchange -> answer(exchange, source.figures()));
        server.createContext("/reset", exchange -> {
            source.polls.set(0);
            source.lag = new ConcurrentHistogram(MOST_NANOS, 3);
            answer(exchange, "");
        });
        server.start();
        System.out.println("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void asked(HttpExchange exchange) {
        long now = System.nanoTime();
        Long before = lastAsked.put(exchange.getRequestURI().getPath(), now);
        polls.incrementAndGet();
        if (before != null) {
            lag.recordValue(Math.max(0, Math.min(MOST_NANOS, now - before - periodNanos)));
        }
    }

    private String figures() {
        Histogram counted = lag;
        return polls.get() + " " + counted.getValueAtPercentile(50) / 1e6 + " " + counted.getValueAtPercentile(99) / 1e6
                + " " + counted.getMaxValue() / 1e6;
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.US_ASCII);
        exchange.getResponseHeaders().set("Content-Type", "text/plain");
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
