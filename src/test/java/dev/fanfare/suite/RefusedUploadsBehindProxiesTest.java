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
@Timeout(300)
class RefusedUploadsBehindProxiesTest {
    private static final int BYTES = 16_000_000;
    private static final String FORM = "Content-Type: " + HubSubject.FORM + "\r\n";

    private final Path directory = ChildProcess.directory("uploads");
    private final int port = ChildProcess.freePort();
    private final List<GrizzlyHost> hosts = new ArrayList<>();
    private ChildProcess proxy;

    @BeforeEach
    void startServers() throws IOException {
        for (int i = 0; i < 2; i++) {
            hosts.add(GrizzlyHost.standalone(Map.of(
                    "fanfare.http.port", "0", "fanfare.history.store", "memory", "fanfare.demo.enabled", "false")));
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

    @ParameterizedTest
    @CsvSource({"nginx,true", "nginx,false", "haproxy,true", "haproxy,false"})
    void refusalsArriveAndBothServersStay(String proxyName, boolean buffers) throws Exception {
        start(proxyName, buffers);
        for (int i = 0; i < 8; i++) {
            boolean chunked = i % 2 == 1;
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(60_000);
                Thread sending = new Thread(() -> {
                    try {
                        RefusedUploadsTest.upload(socket, FORM, BYTES, chunked);
                    } catch (IOException e) {
                        // A proxy may close once it has passed the answer on.
                    }
                });
                sending.start();
                assertThat(RefusedUploadsTest.answer(socket))
                        .startsWith("HTTP/1.1 401")
                        .contains("\"detail\":");
                socket.shutdownInput();
                sending.join();
            }
        }
        for (int i = 0; i < 4; i++) {
            assertThat(RawHttp.request(port, "GET", "/health/live").status()).isEqualTo(200);
        }
    }
}
