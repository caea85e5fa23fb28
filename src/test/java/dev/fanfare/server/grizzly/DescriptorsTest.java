package dev.fanfare.server.grizzly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.server.ChildJvm;
import dev.fanfare.server.Main;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server whose file descriptors are all in use. */
@Timeout(240)
class DescriptorsTest {
    private static final int MOST = 300;

    private static long descriptorsOf(Process process) {
        try (Stream<Path> open = Files.list(Path.of("/proc", String.valueOf(process.pid()), "fd"))) {
            return open.count();
        } catch (IOException e) {
            return 0;
        }
    }

    private static Duration cpuOf(Process process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static ChildJvm start() throws IOException {
        String shell = "ulimit -n " + MOST + " && export FANFARE_LIMITS_CONNECTIONS=0";
        return new ChildJvm(shell, Main.class, "--port=0", "--dev");
    }

    private static int portOf(ChildJvm server) throws IOException {
        String line = server.awaitLine("is ready at ");
        int port = URI.create(line.substring(line.indexOf("http")).strip()).getPort();
        // Its classes come from a directory here, not from an open jar: what is needed later is loaded before all is in
        // use.
        assertLives(port);
        try (EventStream stream = EventStream.open(port, "/prices")) {
            stream.next();
        }
        return port;
    }

    /** As many connections as the kernel lets in, each with these bytes sent. */
    private static List<Socket> connect(int port, String request) {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < MOST; i++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // The kernel's queue is full as well.
        }
        return sockets;
    }

    private static void assertLives(int port) {
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions() // a connection may be the one that makes room
                .untilAsserted(() -> assertThat(
                                RawHttp.request(port, "GET", "/health/live").status())
                        .isEqualTo(200));
    }

    @Test
    void theServerWaitsWithoutSpinningAndGoesOnOnceThereAreSomeAgain() throws IOException {
        assumeThat(Files.isDirectory(Path.of("/proc/self/fd"))).isTrue();
        try (ChildJvm server = start()) {
            int port = portOf(server);
            List<Socket> streams = connect(port, "GET /prices HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await().until(() -> descriptorsOf(server.process()) >= MOST - 1);
            long began = System.nanoTime();
            Duration before = cpuOf(server.process());
            await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
            Duration used = cpuOf(server.process()).minus(before);
            Duration passed = Duration.ofNanos(System.nanoTime() - began);
            // Prices go to all of them meanwhile.
            assertThat(used).isLessThan(passed.multipliedBy(5).dividedBy(6));
            for (Socket socket : streams) {
                socket.close();
            }
            assertLives(port);
        }
    }

    @Test
    void idleConnectionsMakeRoomWhereDescriptorsAreScarce() throws IOException {
        assumeThat(Files.isDirectory(Path.of("/proc/self/fd"))).isTrue();
        try (ChildJvm server = start()) {
            int port = portOf(server);
            List<Socket> idle = connect(port, "GET / HT");

            assertLives(port);

            for (Socket socket : idle) {
                socket.close();
            }
        }
    }
}
