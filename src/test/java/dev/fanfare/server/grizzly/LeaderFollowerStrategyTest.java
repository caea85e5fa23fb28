package dev.fanfare.server.grizzly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.ConnectionProbe;
import org.glassfish.grizzly.Context;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.StandaloneProcessor;
import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.nio.SelectorHandler;
import org.glassfish.grizzly.nio.SelectorRunner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaderFollowerStrategyTest {
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /** One a core that answers what it found, and two a core that are Grizzly's worker threads. */
    private static final int THREADS = 3 * CORES;

    private static final Duration MOMENT = Duration.ofMillis(300);

    private final HttpServer server = new HttpServer();
    private final NetworkListener listener = new NetworkListener("test", "127.0.0.1", 0);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger blocked = new AtomicInteger();
    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<NIOConnection> accepted = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() throws IOException {
        listener.getTransport().getConnectionMonitoringConfig().addProbes(new ConnectionProbe.Adapter() {
            @Override
            public void onAcceptEvent(Connection listening, Connection connection) {
                accepted.add((NIOConnection) connection);
            }
        });
        listener.getTransport().setIOStrategy(LeaderFollowerStrategy.on(listener.getTransport(), MOMENT));
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
    void requestsThatBlockAreWaitedForSomeTimesAndNotByEachThatComes() {
        for (int i = 0; i < CORES; i++) {
            get("/blocks");
        }
        await().until(() -> blocked.get() == CORES);

        assertThat(CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 300; i++) {
                        assertThat(get("/" + i).join()).isEqualTo("/" + i);
                    }
                }))
                .as("20 moments of waiting, and not 300")
                .succeedsWithin(Duration.ofSeconds(60));
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

    /** Has what runs in a selector's thread wait, before it looks for what others have for it. */
    private CountDownLatch hold(SelectorRunner selector) throws InterruptedException {
        SelectorHandler handler = listener.getTransport().getSelectorHandler();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        SelectorHandler.Task holds = () -> {
            held.countDown();
            return go.await(60, TimeUnit.SECONDS);
        };
        handler.enque(
                selector,
                () -> {
                    handler.enque(selector, holds, null);
                    return true;
                },
                null);
        assertThat(held.await(60, TimeUnit.SECONDS)).isTrue();
        return go;
    }

    @Test
    void aReadThatIsAnnouncedDoesNotHoldUpWhatElseIsToBeDone() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", listener.getPort())) {
            NIOConnection connection = accepted.poll(60, TimeUnit.SECONDS);
            await().until(() -> connection.getSelectionKey() != null);
            CountDownLatch go = hold(connection.getSelectorRunner());
            connection.disableIOEvent(IOEvent.READ);
            socket.getOutputStream()
                    .write("GET /blocks HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            connection.simulateIOEvent(IOEvent.READ);
            CountDownLatch done = new CountDownLatch(1);
            SelectorHandler.Task behind = () -> {
                done.countDown();
                return true;
            };
            listener.getTransport().getSelectorHandler().enque(connection.getSelectorRunner(), behind, null);
            go.countDown();

            await().until(() -> blocked.get() == 1);
            assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** How many threads look for what selectors find. */
    private static long selecting() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack -> Arrays.stream(stack)
                        .anyMatch(frame -> frame.getClassName().equals(SelectorRunner.class.getName())
                                && frame.getMethodName().equals("doSelect")))
                .count();
    }

    @Test
    void afterAnErrorASelectorHasOneThreadStill() throws Exception {
        int selectors = listener.getTransport().getSelectorRunnersCount();
        CountDownLatch failed = new CountDownLatch(1);
        try (Socket socket = new Socket("127.0.0.1", listener.getPort())) {
            NIOConnection connection = accepted.poll(60, TimeUnit.SECONDS);
            connection.setProcessor(new StandaloneProcessor() {
                @Override
                public Context obtainContext(Connection any) {
                    failed.countDown();
                    throw new StackOverflowError("told to fail");
                }
            });
            socket.getOutputStream().write('x');
            assertThat(failed.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(get("/after").join()).isEqualTo("/after");
        await().until(() -> selecting() == selectors);
    }
}
