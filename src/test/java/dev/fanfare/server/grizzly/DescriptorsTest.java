package dev.fanfare.server.grizzly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.server.ChildJvm;
import dev.fanfare.server.Main;
import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server whose file descriptors are all in use. */
@Timeout(120)
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

    @Test
    void theServerWaitsWithoutSpinningAndGoesOnOnceThereAreSomeAgain() throws IOException {
        assumeThat(Files.isDirectory(Path.of("/proc/self/fd"))).isTrue();
        try (ChildJvm server = new ChildJvm("ulimit -n " + MOST, Main.class, "--port=0", "--dev")) {
            String line = server.awaitLine("is ready at ");
            int port = URI.create(line.substring(line.indexOf("http")).strip()).getPort();
            List<Socket> idle = new ArrayList<>();
            try {
                for (int i = 0; i < MOST; i++) {
                    Socket socket = new Socket();
                    idle.add(socket);
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
                }
            } catch (IOException e) {
                // The kernel's queue is full as well.
            }
            await().until(() -> descriptorsOf(server.process()) >= MOST - 1);
            Duration before = cpuOf(server.process());
            await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
            assertThat(cpuOf(server.process()).minus(before)).isLessThan(Duration.ofMillis(1500));
            for (Socket socket : idle) {
                socket.close();
            }
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(
                                    RawHttp.request(port, "GET", "/health/live").status())
                            .isEqualTo(200));
        }
    }
}
