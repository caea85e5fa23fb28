package dev.fanfare.suite;

import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.PemFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A real nginx or HAProxy before servers of the test, with TLS and HTTP/2, by the configurations of {@code
 * docs/how-to/behind-a-proxy.md}.
 */
final class Http2Proxy implements AutoCloseable {
    private final int port;
    private final PemFiles pem;
    private final ChildProcess child;

    private Http2Proxy(int port, PemFiles pem, ChildProcess child) {
        this.port = port;
        this.pem = pem;
        this.child = child;
    }

    /**
     * Starts {@code nginx} or {@code haproxy} before the servers on these ports, and waits until they answer through it. Where it is
     * not installed the test is skipped, or fails if FANFARE_REQUIRE_BROWSER is true.
     */
    static Http2Proxy start(String name, Path directory, List<Integer> servers, ProxyHowTo.Part... parts)
            throws IOException {
        Path program = Stream.of("/usr/sbin/", "/usr/local/sbin/", "/usr/bin/")
                .map(folder -> Path.of(folder + name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> Tools.missing(name + " is not installed", Browser.REQUIRED));
        int port = ChildProcess.freePort();
        PemFiles pem = new PemFiles(directory).pair("events");
        Set<ProxyHowTo.Part> all = Set.of(parts);
        String site = before(servers, name.equals("nginx") ? ProxyHowTo.nginx(all) : ProxyHowTo.haproxy(all));
        List<String> command = name.equals("nginx")
                ? nginx(program, directory, pem, site.replace("listen 443", "listen 127.0.0.1:" + port))
                : haproxy(program, directory, pem, site.replace("bind :443", "bind 127.0.0.1:" + port));
        Http2Proxy proxy = new Http2Proxy(port, pem, ChildProcess.start(directory, command, Map.of()));
        HttpClient client = proxy.client();
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> client.send(proxy.request("/health/ready"), HttpResponse.BodyHandlers.discarding())
                                .statusCode()
                        == 200);
        return proxy;
    }

    /** The line for a server once for each of them. */
    private static String before(List<Integer> servers, String document) {
        String line = document.lines()
                .filter(each -> each.contains("127.0.0.1:8080"))
                .findFirst()
                .orElseThrow();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < servers.size(); i++) {
            lines.append(line.replace("127.0.0.1:8080", "127.0.0.1:" + servers.get(i))
                            .replace("server first", "server number" + i))
                    .append('\n');
        }
        return document.replace(line + "\n", lines);
    }

    private static List<String> nginx(Path program, Path directory, PemFiles pem, String site) throws IOException {
        Files.writeString(
                directory.resolve("nginx.conf"),
                "daemon off; master_process off; pid nginx.pid;\nevents {}\nhttp {\naccess_log off;\n"
                        + "client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d;\n"
                        + "scgi_temp_path e;\n"
                        + site.replace(
                                        "/etc/nginx/tls/events.pem",
                                        pem.file("events.crt").toString())
                                .replace(
                                        "/etc/nginx/tls/events.key",
                                        pem.file("events.key").toString())
                        + "}\n");
        return List.of(program.toString(), "-p", directory.toString(), "-c", "nginx.conf", "-e", "error.log");
    }

    private static List<String> haproxy(Path program, Path directory, PemFiles pem, String site) throws IOException {
        Path both = directory.resolve("both.pem");
        Files.writeString(both, Files.readString(pem.file("events.crt")) + Files.readString(pem.file("events.key")));
        Files.writeString(
                directory.resolve("haproxy.cfg"), site.replace("/etc/haproxy/tls/events.pem", both.toString()) + "\n");
        return List.of(program.toString(), "-db", "-f", "haproxy.cfg");
    }

    int port() {
        return port;
    }

    /** A client that believes its certificate, and speaks HTTP/2. */
    HttpClient client() {
        return HttpClient.newBuilder()
                .sslContext(pem.trusting("events.crt"))
                .version(HttpClient.Version.HTTP_2)
                .build();
    }

    HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
                .build();
    }

    @Override
    public void close() {
        child.close();
    }
}
