package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A proxy that takes a server out of service at its first reset connection keeps both of its servers, whatever is uploaded.
 * Skipped where there is no nginx or HAProxy.
 */
@Timeout(900)
class RefusedUploadsBehindProxiesTest {
    private static final int SMALL_BYTES = 3_500_000;
    private static final int LARGE_BYTES = 64_000_000;

    private final Path directory = ChildProcess.directory("uploads");
    private final int port = ChildProcess.freePort();
    private final List<GrizzlyHost> hosts = new ArrayList<>();
    private ChildProcess proxy;

    @BeforeEach
    void startServers() throws IOException {
        for (int i = 0; i < 2; i++) {
            hosts.add(GrizzlyHost.standalone(Map.of(
                    "fanfare.http.port", "0",
                    "fanfare.http.request-timeout", "120s", // a busy machine takes a while for an upload
                    "fanfare.history.store", "memory",
                    "fanfare.auth.anonymous-publish", "true",
                    "fanfare.demo.enabled", String.valueOf(i == 0))));
        }
    }

    @AfterEach
    void stop() {
        if (proxy != null) {
            proxy.close();
        }
        hosts.forEach(GrizzlyHost::close);
    }

    private static Path program(String name) {
        Path found = Stream.of("/usr/sbin/", "/usr/local/sbin/", "/usr/bin/")
                .map(folder -> Path.of(folder + name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeThat(found).as(name + " is not installed").isNotNull();
        return found;
    }

    private void start(String proxyName, boolean buffers) throws IOException {
        Path program = program(proxyName);
        List<String> command;
        if (proxyName.equals("nginx")) {
            Files.writeString(directory.resolve("nginx.conf"), """
                    daemon off; master_process off; pid nginx.pid;
                    events {}
                    http {
                        access_log off;
                        client_body_temp_path client; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                        uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                        upstream both {
                            server 127.0.0.1:%d max_fails=1 fail_timeout=600s;
                            server 127.0.0.1:%d max_fails=1 fail_timeout=600s;
                            keepalive 8;
                        }
                        server {
                            listen 127.0.0.1:%d;
                            client_max_body_size 0;
                            location / {
                                proxy_pass http://both;
                                proxy_http_version 1.1;
                                proxy_set_header Connection "";
                                proxy_request_buffering %s;
                            }
                        }
                    }
                    """.formatted(
                            hosts.get(0).port(), hosts.get(1).port(), port, buffers ? "on" : "off"));
            command = List.of(program.toString(), "-p", directory.toString(), "-c", "nginx.conf", "-e", "error.log");
        } else {
            Files.writeString(directory.resolve("haproxy.cfg"), """
                    defaults
                        mode http
                        timeout connect 5s
                        timeout client 60s
                        timeout server 60s
                        %s
                    frontend front
                        bind 127.0.0.1:%d
                        default_backend both
                    backend both
                        default-server check inter 600s observe layer7 error-limit 1 on-error mark-down
                        server one 127.0.0.1:%d
                        server two 127.0.0.1:%d
                    """.formatted(
                            buffers ? "option http-buffer-request" : "",
                            port,
                            hosts.get(0).port(),
                            hosts.get(1).port()));
            command = List.of(program.toString(), "-db", "-f", "haproxy.cfg");
        }
        proxy = ChildProcess.start(directory, command, Map.of());
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> RawHttp.request(port, "GET", "/health/live").status() == 200);
    }

    /** Each refusal with the smallest upload that is none too small, and one that takes a while. */
    @ParameterizedTest
    @CsvSource({"nginx,true", "nginx,false", "haproxy,true", "haproxy,false"})
    void refusalsArriveAndBothServersStay(String proxyName, boolean buffers) throws Exception {
        start(proxyName, buffers);
        int large = 0;
        for (int status : new int[] {401, 403, 413, 415}) {
            for (int i = 0; i < 4; i++) { // both servers, and both kinds of length
                assertArrives(status, SMALL_BYTES, i % 2 == 1);
            }
            assertArrives(status, LARGE_BYTES, large++ % 2 == 1);
        }
        for (int i = 0; i < 4; i++) {
            assertThat(RawHttp.request(port, "GET", "/health/live").status()).isEqualTo(200);
        }
        assertThat(Stream.generate(
                                () -> RawHttp.request(port, "HEAD", "/stream").status())
                        .limit(8)
                        .distinct())
                .as("the one that has the demo, and the other one")
                .containsExactlyInAnyOrder(200, 404);
    }

    private void assertArrives(int status, int bytes, boolean chunked) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            Thread sending = new Thread(() -> {
                try {
                    RefusedUploadsTest.upload(socket, RefusedUploadsTest.headersFor(status), bytes, chunked);
                } catch (IOException e) {
                    // A proxy may close once it has passed the answer on.
                }
            });
            sending.start();
            assertThat(RefusedUploadsTest.answer(socket))
                    .as("%d to %d bytes, chunked: %s", status, bytes, chunked)
                    .startsWith("HTTP/1.1 " + status)
                    .contains("\"detail\":")
                    .endsWith("}");
            socket.shutdownInput();
            sending.join();
        }
    }
}
