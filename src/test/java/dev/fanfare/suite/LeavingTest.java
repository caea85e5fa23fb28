package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.rest.StreamGate;
import dev.fanfare.server.Main;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.End;
import dev.fanfare.testing.TestClassPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The standalone server takes leave of its clients after a signal. */
@Timeout(300)
class LeavingTest {
    private static final String HUB = "/.well-known/mercure";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService readers = Executors.newCachedThreadPool();
    private final List<EventStream> streams = new ArrayList<>();
    private ChildProcess server;
    private URI base;

    @AfterEach
    void end() {
        streams.forEach(EventStream::close);
        readers.shutdownNow();
        server.process().destroyForcibly();
        server.close();
    }

    private void start(String drainDelay, String drain) {
        int port = ChildProcess.freePort();
        base = URI.create("http://127.0.0.1:" + port + "/");
        Path directory = ChildProcess.directory("leaving");
        String classPath = TestClassPath.absolute();
        server = ChildProcess.java(
                        directory,
                        List.of(
                                "-Dfanfare.http.drain-delay=" + drainDelay,
                                "-Dfanfare.http.drain=" + drain,
                                "-cp",
                                classPath,
                                Main.class.getName(),
                                "--dev",
                                "--port=" + port))
                .awaitReady(base);
    }

    private EventStream open(String target) {
        EventStream stream = EventStream.open(base.getPort(), target);
        streams.add(stream);
        return stream;
    }

    private HttpResponse<String> get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private void publish(String data) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(HUB))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("topic=a&data=" + data))
                .build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    private void signal(String name) throws Exception {
        String pid = String.valueOf(server.process().pid());
        assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor())
                .isZero();
    }

    private void awaitNotReady() {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get("health/ready").body()).contains("fanfare", "stopping"));
    }

    private void assertEndedWithStatusZero() {
        assertThat(server.exited(PATIENCE)).as("ended").isTrue();
        assertThat(server.process().exitValue()).as(server.output()).isZero();
    }

    /** The lower bounds of the times hold however busy the machine is: a server that is late is late with all. */
    @Test
    void streamsEndEvenlyAndInGoodOrderEachWithADelayOfItsOwn() throws Exception {
        Duration over = Duration.ofSeconds(2);
        start("0s", "2s");
        int count = 20;
        IntStream.range(0, count).forEach(i -> open(HUB + "?topic=a").awaitComments(1));
        long begin = System.nanoTime();
        List<CompletableFuture<Long>> ends = streams.stream()
                .map(stream -> CompletableFuture.supplyAsync(
                        () -> {
                            assertThat(stream.awaitEnd()).isEqualTo(End.COMPLETE);
                            return System.nanoTime() - begin;
                        },
                        readers))
                .toList();

        server.process().destroy();

        List<Long> times = ends.stream().map(CompletableFuture::join).sorted().toList();
        long distance = over.toNanos() / count;
        for (int i = 2; i < count; i++) {
            assertThat(times.get(i)).as("end %d", i).isGreaterThan(distance * (i - 2));
        }
        assertThat(streams.stream().map(EventStream::retry)).doesNotHaveDuplicates();
        assertThat(streams)
                .allSatisfy(stream -> assertThat(stream.wire())
                        .containsPattern("\r\n:\nretry: " + stream.retry().toMillis() + "\n\r\n(?:0\r\n\r\n)?$"));
        assertThat(streams)
                .allSatisfy(
                        stream -> assertThat(stream.retry()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6)));
        assertEndedWithStatusZero();
    }

    @Test
    void whileItDrainsItIsAliveButNotReadyAndRefusesNewStreamsInTheFormForAnEventSource() throws Exception {
        start("0s", "1h");
        EventStream stream = open(HUB + "?topic=a");
        EventStream other = open(HUB + "?topic=b");

        server.process().destroy();
        awaitNotReady();

        assertThat(get("health/ready").statusCode()).isEqualTo(503);
        assertThat(get("health/live").statusCode()).isEqualTo(200);
        EventStream refused = open(HUB + "?topic=a");
        assertThat(refused.status()).isEqualTo(200);
        assertThat(refused.header(StreamGate.REFUSED_HEADER)).isEqualTo("shutdown");
        assertThat(refused.awaitEnd()).isEqualTo(End.COMPLETE);
        assertThat(refused.retry()).isNotNull();
        HttpResponse<String> problem = get(HUB + "?topic=a");
        assertThat(problem.statusCode()).isEqualTo(503);
        assertThat(problem.headers().firstValue("Retry-After")).isPresent();
        publish("still-served");
        assertThat(stream.next().data()).isEqualTo("still-served");
        try (EventStream answer = EventStream.send(base.getPort(), "GET", "/health/live", "HTTP/1.1", List.of())) {
            assertThat(answer.header("Connection")).isEqualTo("close");
        }
        assertThat(other.isOpen()).isTrue();
        server.process().destroy();
        assertEndedWithStatusZero();
    }

    @ParameterizedTest
    @CsvSource({"TERM, 1h, 0s", "INT, 1h, 0s", "TERM, 0s, 1h", "INT, 0s, 1h"})
    void aSecondSignalEndsStreamsAndProcessAtOnce(String second, String drainDelay, String drain) throws Exception {
        start(drainDelay, drain);
        if (second.equals("INT")) {
            assumeThat(ignoresInterrupts())
                    .as("run in the background of a shell without job control")
                    .isFalse();
        }
        EventStream stream = open(HUB + "?topic=a");
        stream.awaitComments(1);

        signal("TERM");
        awaitNotReady();
        signal(second);

        assertThat(stream.awaitEnd()).isEqualTo(End.COMPLETE);
        assertEndedWithStatusZero();
    }

    private boolean ignoresInterrupts() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + server.process().pid() + "/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }

    @Test
    void inTheDelayItServesAsEverButIsNotReady() throws Exception {
        start("1h", "0s");
        EventStream before = open(HUB + "?topic=a");

        server.process().destroy();
        awaitNotReady();
        EventStream meanwhile = open(HUB + "?topic=a");
        assertThat(meanwhile.header(StreamGate.REFUSED_HEADER)).isNull();
        publish("served-on");

        assertThat(before.next().data()).isEqualTo("served-on");
        assertThat(meanwhile.next().data()).isEqualTo("served-on");
        server.process().destroy();
        assertEndedWithStatusZero();
    }

    @Test
    void aRequestThatIsUnderWayIsAnsweredAndThenTheServerEndsBeforeItsTime() throws Exception {
        start("0s", "1h");
        String body = "topic=a&data=slow";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), base.getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            String head = "POST " + HUB + " HTTP/1.1\r\nHost: localhost:" + base.getPort()
                    + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + body.length()
                    + "\r\nExpect: 100-continue\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            String go = "HTTP/1.1 100 Continue\r\n\r\n";
            assertThat(new String(socket.getInputStream().readNBytes(go.length()), StandardCharsets.ISO_8859_1))
                    .isEqualTo(go);

            server.process().destroy();
            awaitNotReady();
            socket.getOutputStream().write(body.getBytes(StandardCharsets.ISO_8859_1));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 200");
        }
        assertEndedWithStatusZero();
    }

    /** A connection that ends without an answer is none of a failure either: the client repeats its request. */
    @Test
    void whoComesInTheLastMomentsIsServedOrAskedToTryLaterButNeverToldOfAFailure() throws Exception {
        start("0s", "0s");
        publish("first");
        List<String> refusals = new CopyOnWriteArrayList<>();
        AtomicLong served = new AtomicLong();
        List<CompletableFuture<Void>> clients = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.runAsync(() -> askUntilItIsGone(i, served, refusals), readers))
                .toList();
        await().atMost(Duration.ofMinutes(3)).until(() -> served.get() > 500);

        server.process().destroy();

        CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertEndedWithStatusZero();
        assertThat(refusals).allMatch(head -> head.matches("(?is)HTTP/1.1 503 .*\\r\\nRetry-After: \\d+\\r\\n.*"));
    }

    private void askUntilItIsGone(int number, AtomicLong served, List<String> refusals) {
        String form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 14\r\n";
        String host = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        String request = number % 2 == 0
                ? "POST " + HUB + host + form + "\r\ntopic=a&data=1"
                : "GET /status/demo?param1=1" + host + "\r\n";
        while (true) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), base.getPort())) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                if (answer.startsWith("HTTP/1.1 200 ")) {
                    served.incrementAndGet();
                } else if (!answer.isEmpty()) {
                    refusals.add(answer);
                }
            } catch (ConnectException e) {
                return;
            } catch (SocketTimeoutException e) {
                throw new UncheckedIOException("an answer that never came", e);
            } catch (IOException e) {
                // Reset in the middle of a request; the next one finds out whether the server is gone.
            }
        }
    }
}
