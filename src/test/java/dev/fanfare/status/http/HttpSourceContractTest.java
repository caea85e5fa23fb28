package dev.fanfare.status.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusSourceContract;
import dev.fanfare.stream.SystemTicker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An HTTP source in front of a real server. */
class HttpSourceContractTest extends StatusSourceContract {
    private static final String BROKEN = "broken";
    private static final String HANGING = "hanging";

    private final Map<String, String> statuses = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final SystemTicker ticker = new SystemTicker();
    private final HttpServer server = create();
    private final HttpSource source = new HttpSource(
            HttpSourceFixture.within(
                    HttpSourceFixture.LONG,
                    "http://localhost:" + server.getAddress().getPort() + "/jobs/{id}?copy={id}"),
            HttpSource.newClient(),
            ticker);

    private static HttpServer create() {
        try {
            // All that are asked side by side may wait to be accepted.
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void start() {
        server.setExecutor(threads);
        server.createContext("/jobs/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
        ticker.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String id = exchange.getRequestURI().getPath().substring("/jobs/".length());
            String status = statuses.get(id);
            if (!exchange.getRequestURI().getQuery().equals("copy=" + id)) {
                exchange.sendResponseHeaders(400, -1);
            } else if (status == null) {
                exchange.sendResponseHeaders(404, -1);
            } else if (status.equals(BROKEN)) {
                exchange.sendResponseHeaders(500, -1);
            } else if (status.equals(HANGING)) {
                closed.await();
            } else {
                byte[] body = status.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    protected StatusSource source() {
        return source;
    }

    @Override
    protected void set(String id, String json) {
        statuses.put(id, json);
    }

    @Override
    protected void remove(String id) {
        statuses.remove(id);
    }

    @Override
    protected void breakDown(String id) {
        statuses.put(id, BROKEN);
    }

    @Override
    protected void hang(String id) {
        statuses.put(id, HANGING);
    }
}
