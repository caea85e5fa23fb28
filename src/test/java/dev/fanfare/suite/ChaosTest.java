package dev.fanfare.suite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Faults under load, in the profile {@code chaos}: a stopped process, a full and a slow disk, clients that do not read, small heaps. Each
 * ends as in {@link Traffic}: nothing that was answered is lost, twice, or out of order. The table is in {@code
 * docs/explanation/delivery.md}; kills are in {@link CrashTest}.
 */
@EnabledIfSystemProperty(named = "test.chaos", matches = "true")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ChaosTest {
    private static final int ROUNDS = 3;
    private static final Duration LONG = Duration.ofMinutes(2);

    private static int run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor();
    }

    private static void assumeThere(String program) {
        boolean there = List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        assumeThat(there).as(program + " is not installed").isTrue();
    }

    private static String pid(ChildProcess server) {
        return String.valueOf(server.process().pid());
    }

    private static int status(ServerUnderTest server, String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(server.base().resolve(path))
                    .timeout(Duration.ofSeconds(20))
                    .build();
            return HttpClient.newHttpClient()
                    .send(request, BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aProcessThatIsStoppedForAWhileGoesOnWhereItWas() throws Exception {
        ServerUnderTest server = new ServerUnderTest("chaos-stop");
        try (ChildProcess running = server.start();
                Traffic traffic = Traffic.to(server.port(), 100)) {
            for (int round = 0; round < ROUNDS; round++) {
                traffic.awaitMore(300);
                assertThat(run("kill", "-STOP", pid(running))).isZero();
                // What is asked of it meanwhile waits in the kernel.
                assertThat(run("sleep", "3")).isZero();
                assertThat(run("kill", "-CONT", pid(running))).isZero();
            }
            traffic.awaitMore(300);
            traffic.compare("stopped and continued");
        }
    }

    /** No file may grow for a while, which the history meets as a write that fails, as on a full disk. */
    @Test
    void aDiskThatIsFullForAWhileLosesNothingThatWasAnswered() throws Exception {
        assumeThere("prlimit");
        ServerUnderTest server = new ServerUnderTest("chaos-full");
        try (ChildProcess running = server.start();
                Traffic traffic = Traffic.to(server.port(), 2000)) {
            for (int round = 0; round < ROUNDS; round++) {
                traffic.awaitMore(300);
                assertThat(run("prlimit", "--pid", pid(running), "--fsize=65536:unlimited"))
                        .isZero();
                await().atMost(LONG).until(() -> status(server, "health/ready") == 503);
                assertThat(status(server, "health/live")).isEqualTo(200);
                assertThat(run("prlimit", "--pid", pid(running), "--fsize=unlimited:unlimited"))
                        .isZero();
                await().atMost(LONG).until(() -> status(server, "health/ready") == 200);
            }
            traffic.awaitMore(300);
            traffic.compare("a full disk");
        }
    }

    /** Each flush to the disk takes half a second more. */
    @Test
    void aSlowDiskSlowsPublishersAndNothingElse() throws Exception {
        assumeThere("strace");
        ServerUnderTest server = new ServerUnderTest("chaos-slow");
        try (ChildProcess running = server.start();
                Traffic traffic = Traffic.to(server.port(), 100)) {
            traffic.awaitMore(300);
            Process slow = new ProcessBuilder(
                            "strace",
                            "-f",
                            "-p",
                            pid(running),
                            "-e",
                            "trace=fsync,fdatasync",
                            "-e",
                            "inject=fsync,fdatasync:delay_enter=500000",
                            "-o",
                            "/dev/null")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                traffic.awaitMore(40);
                assertThat(status(server, "health/live")).isEqualTo(200);
            } finally {
                slow.destroy();
                slow.waitFor();
            }
            traffic.awaitMore(300);
            traffic.compare("a slow disk");
        }
    }

    @Test
    void clientsThatDoNotReadHoldUpNobody() throws Exception {
        ServerUnderTest server = new ServerUnderTest("chaos-stalled");
        List<Socket> stalled = new ArrayList<>();
        try (ChildProcess running = server.start("-Dfanfare.stream.write-timeout=3s");
                Traffic traffic = Traffic.to(server.port(), 4000)) {
            for (int i = 0; i < 500; i++) {
                stalled.add(subscribe(server.port()));
            }
            traffic.awaitMore(2000);
            assertThat(status(server, "health/live")).isEqualTo(200);
            traffic.compare("500 clients that do not read");
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }

    private static Socket subscribe(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.getOutputStream()
                .write("GET /.well-known/mercure?topic=* HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
        return socket;
    }

    /** Where the heap is too small after all, the process ends with status 1, and its supervisor starts it again. */
    @ParameterizedTest
    @ValueSource(ints = {48, 128, 256})
    void aSmallHeapLosesNothingThatWasAnswered(int heapMebibytes) throws Exception {
        ServerUnderTest server = new ServerUnderTest("chaos-heap-" + heapMebibytes);
        String heap = "-Xmx" + heapMebibytes + "m";
        List<Socket> stalled = new ArrayList<>();
        ChildProcess running = server.start(heap);
        int ends = 0;
        try (Traffic traffic = Traffic.to(server.port(), 200_000)) {
            for (int i = 0; i < 100; i++) {
                stalled.add(subscribe(server.port()));
            }
            long wanted = traffic.answered() + 1000;
            while (traffic.answered() < wanted) {
                if (running.exited(Duration.ofMillis(200))) {
                    assertThat(running.process().exitValue())
                            .as(running.output())
                            .isEqualTo(1);
                    running.close();
                    ends++;
                    running = server.start(heap);
                }
            }
            if (!running.process().isAlive()) {
                running.close();
                running = server.start(heap);
            }
            await().atMost(LONG).until(() -> status(server, "health/ready") == 200);
            int events = traffic.compare(heap);
            System.out.println(heap + ": " + events + " events, ended " + ends + " times");
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
            running.close();
        }
    }
}
