package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadersAnswerTest {
    /** One a core that answers what it found, and two a core that are Grizzly's worker threads. */
    private static final int THREADS = 3 * Runtime.getRuntime().availableProcessors();

    private final HttpServer server = new HttpServer();
    private final NetworkListener listener = new NetworkListener("test", "127.0.0.1", 0);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger blocked = new AtomicInteger();
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws IOException {
        listener.getTransport().setIOStrategy(ReadersAnswer.on(listener.getTransport()));
        server.addListener(listener);
        server.getServerConfiguration().addHttpHandler(new HttpHandler() {
            @Override
            public void service(Request request, Response response) throws Exception {
                if (request.getRequestURI().equals("/blocks")) {
                    blocked.incrementAndGet();
                    released.await();
                }
                response.getWriter().write(request.getRequestURI());
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        released.countDown();
        server.shutdownNow();
    }

    private CompletableFuture<String> get(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.getPort() + path))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(HttpResponse::body);
    }

    @Test
    void requestsThatBlockHoldUpNoSelector() {
        List<CompletableFuture<String>> blocking = new ArrayList<>();
        for (int i = 0; i < THREADS - 1; i++) {
            blocking.add(get("/blocks"));
        }
        await().until(() -> blocked.get() == THREADS - 1);

        // Each selector has some of them.
        for (int i = 0; i < 3 * listener.getTransport().getSelectorRunnersCount(); i++) {
            assertThat(get("/" + i).join()).isEqualTo("/" + i);
        }
        assertThat(blocking).noneMatch(CompletableFuture::isDone);
        released.countDown();
        assertThat(blocking).allSatisfy(answer -> assertThat(answer.join()).isEqualTo("/blocks"));
    }

    @Test
    void whatComesWhileAllThreadsAreBlockedIsAnsweredAfterwards() {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            answers.add(get("/blocks"));
        }
        await().until(() -> blocked.get() == THREADS);
        for (int i = 0; i < 100; i++) {
            answers.add(get("/late"));
        }

        assertThat(answers).noneMatch(CompletableFuture::isDone);
        released.countDown();
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isIn("/blocks", "/late"));
    }
}
