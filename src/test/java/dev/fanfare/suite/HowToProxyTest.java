package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.suite.ProxyHowTo.Part;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each block of {@code docs/how-to/behind-a-proxy.md}, and the configurations of {@code prometheus.md}, {@code several-nodes.md} and
 * the archive's compose file, in a real nginx and a real HAProxy, but for TLS. Skipped where there is none.
 */
@Timeout(240)
class HowToProxyTest {
    private static final String HUB = HubSubject.HUB;
    private static final String STREAM = HUB + "?topic=news";
    private static final String ACCEPT = "Accept: text/event-stream";

    private final Path directory = ChildProcess.directory("proxy");
    private final int port = ChildProcess.freePort();
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "fanfare.auth.anonymous-publish", "true",
            "fanfare.metrics.enabled", "true",
            "fanfare.metrics.access", "anonymous",
            "fanfare.history.store", "sqlite",
            "fanfare.history.path", directory.resolve("fanfare.db").toString()));
    private final List<AutoCloseable> clients = new ArrayList<>();
    private String haproxyHash = "";
    private GrizzlyHost host;
    private ChildProcess proxy;

    /** A proxy that the how-to has a configuration for. */
    enum Proxy {
        NGINX("nginx"),
        NGINX_OF_SEVERAL_NODES("nginx"),
        NGINX_OF_THE_COMPOSE_FILE("nginx"),
        HAPROXY("haproxy");

        private final String program;

        Proxy(String program) {
            this.program = program;
        }

        Path program() {
            return Stream.of("/usr/sbin/", "/usr/local/sbin/", "/usr/bin/")
                    .map(directory -> Path.of(directory + program))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElse(Path.of(program));
        }
    }

    private void start(Proxy kind, Part... parts) throws IOException {
        assumeInstalled(kind.program());
        startBehind(kind, GrizzlyHost.start(settings), parts);
        settings.put("fanfare.http.port", String.valueOf(host.port()));
    }

    private static void assumeInstalled(Path program) {
        assumeThat(program).as("%s is installed", program).isExecutable();
    }

    private void startBehind(Proxy kind, GrizzlyHost server, Part... parts) throws IOException {
        host = server;
        Path program = kind.program();
        Set<Part> all = Set.of(parts);
        List<String> command;
        if (kind == Proxy.HAPROXY) {
            Files.writeString(directory.resolve("haproxy.cfg"), haproxyConfiguration(all));
            command = List.of(program.toString(), "-db", "-f", "haproxy.cfg");
        } else {
            Files.writeString(
                    directory.resolve("nginx.conf"),
                    switch (kind) {
                        case NGINX -> nginxConfiguration(all);
                        case NGINX_OF_SEVERAL_NODES -> nginxConfigurationOfSeveralNodes(all);
                        default -> ProxyHowTo.nginx(ComposeFiles.nginxConfiguration(port, List.of(host.port())), all);
                    });
            command = List.of(program.toString(), "-p", directory.toString(), "-c", "nginx.conf", "-e", "error.log");
        }
        proxy = ChildProcess.start(directory, command, Map.of());
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .failFast(() ->
                        assertThat(proxy.process().isAlive()).as(proxy.output()).isTrue())
                .until(() -> {
                    int status = RawHttp.request(port, "GET", "/health/live").status();
                    return status == (all.contains(Part.PASSWORD) ? 401 : 200);
                });
    }

    /** One process, with all its files in its directory, and those lines in it that the page names and does not show. */
    private String nginxConfiguration(Set<Part> parts) {
        String site = ProxyHowTo.nginx(parts)
                .replace("127.0.0.1:8080", "127.0.0.1:" + host.port())
                .replace("listen 443 ssl http2;", "listen 127.0.0.1:" + port + ";")
                .replace("/etc/nginx/readers", directory.resolve("readers").toString())
                .replaceAll("(?m)^ *ssl_.*\n", "");
        assertThat(site).doesNotContain("listen 443", "ssl", "/etc");
        return ComposeFiles.inOneProcess("events {\nworker_connections 1024;\n}\n"
                + "http {\nhttp2_max_concurrent_streams 200;\naccess_log off;\n" + site + "}\n");
    }

    private String nginxConfigurationOfSeveralNodes(Set<Part> parts) {
        String site = Document.read("docs/how-to/several-nodes.md")
                .block("nginx")
                .replaceAll("127.0.0.1:808[12]", "127.0.0.1:" + host.port())
                .replace("listen 8080;", "listen 127.0.0.1:" + port + ";");
        assertThat(site).doesNotContain(":808", "listen 8080");
        return ComposeFiles.inOneProcess(
                "events {}\nhttp {\naccess_log off;\n" + ProxyHowTo.nginx(site, parts) + "}\n");
    }

    private String haproxyConfiguration(Set<Part> parts) {
        String whole = ProxyHowTo.haproxy(parts)
                .replace("127.0.0.1:8080", "127.0.0.1:" + host.port())
                .replace("user anna password HASH", "user anna password " + haproxyHash)
                .replace("defaults\n", "defaults\n    maxconn 500\n")
                .replaceAll("(?m)^ *bind :443 .*$", "    bind 127.0.0.1:" + port);
        assertThat(whole).doesNotContain(":443 ", "HASH");
        return "global\n    maxconn 1000\n    tune.h2.max-concurrent-streams 200\n" + whole + "\n";
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable client : clients) {
            client.close();
        }
        if (proxy != null) {
            proxy.close();
        }
        if (host != null) {
            host.close();
        }
    }

    private void publish(String data) {
        String form = HubSubject.form("topic", "news", "data", data);
        List<String> type = List.of("Content-Type: " + HubSubject.FORM);
        assertThat(RawHttp.request(port, "POST", HUB, type, form).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void eventsComeAtOnceAndWhoWasCutOffByARestartGoesOn(Proxy kind) throws Exception {
        start(kind);
        String lastId;
        try (EventStream stream = EventStream.open(port, STREAM, ACCEPT)) {
            publish("1");
            EventStream.Event first = stream.next();
            assertThat(first.data()).isEqualTo("1");
            assertThat(stream.isOpen()).isTrue();
            lastId = first.id();
            host.close();
            assertThat(stream.awaitEnd()).isEqualTo(EventStream.End.COMPLETE);
        }

        host = GrizzlyHost.start(settings);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> RawHttp.request(port, "GET", "/health/live").status() == 200);
        publish("2");

        try (EventStream stream = EventStream.open(port, STREAM, ACCEPT, "Last-Event-ID: " + lastId)) {
            assertThat(stream.next().data()).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whileTheServerIsAwayStreamsAreToldToComeAgainAndAllElseFails(Proxy kind) throws IOException {
        start(kind);
        host.close();
        // From the first request on: no stream may meet an error, at which an EventSource gives up for good.
        RawHttp.Answer stream = RawHttp.request(port, "GET", STREAM, ACCEPT);
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(stream.body()).isEqualTo("retry: 5000\n");
        assertThat(RawHttp.request(port, "GET", STREAM, "Accept: text/event-stream, */*;q=0.1")
                        .status())
                .isEqualTo(200);
        int away = kind == Proxy.HAPROXY ? 503 : 502;
        assertThat(RawHttp.request(port, "GET", HUB).status()).isEqualTo(away);
        assertThat(RawHttp.request(port, "POST", HUB, List.of(), "topic=news").status())
                .isEqualTo(away);
        assertThat(RawHttp.request(port, "POST", HUB, List.of(ACCEPT), "topic=news")
                        .status())
                .as("a publisher, whatever it accepts")
                .isEqualTo(away);
    }

    /** The 503 of nginx is HTML, at which an EventSource gives up for good. */
    @ParameterizedTest
    @EnumSource
    void aStreamBeyondTheProxysLimitIsToldToReconnectAndAllElseGets503(Proxy kind) throws Exception {
        start(kind, Part.LIMIT);
        for (int i = 0; i < ProxyHowTo.LIMIT; i++) {
            clients.add(opened(EventStream.open(port, STREAM)));
        }

        RawHttp.Answer beyond = RawHttp.request(port, "GET", STREAM, ACCEPT);
        assertThat(beyond.status()).isEqualTo(200);
        assertThat(beyond.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(beyond.body()).isEqualTo("retry: 5000\n");
        assertThat(RawHttp.request(port, "GET", STREAM).status()).isEqualTo(503);
        assertThat(RawHttp.request(port, "GET", STREAM, "Accept: */*").status()).isEqualTo(503);
        assertThat(RawHttp.request(port, "POST", HUB, List.of(ACCEPT), "topic=news")
                        .status())
                .as("a publisher, whatever it accepts")
                .isEqualTo(503);
        try (Socket other =
                new Socket(InetAddress.getByName("127.0.0.1"), port, InetAddress.getByName("127.0.0.2"), 0)) {
            assertThat(ask(other, STREAM)).startsWith("HTTP/1.1 200 ").containsIgnoringCase("\r\nCache-Control: ");
        }

        clients.remove(0).close();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> RawHttp.request(port, "GET", "/health/live").status() == 200);
        clients.add(opened(EventStream.open(port, STREAM)));
    }

    private static EventStream opened(EventStream stream) {
        assertThat(stream.status()).isEqualTo(200);
        stream.awaitText("\n:\n");
        assertThat(stream.isOpen()).isTrue();
        return stream;
    }

    private static String ask(Socket socket, String target) throws IOException {
        socket.setSoTimeout(60_000);
        String request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + ACCEPT + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return RawHttp.head(socket);
    }

    @ParameterizedTest
    @EnumSource
    void a503OfTheServerItselfIsPassedOn(Proxy kind) throws IOException {
        settings.remove("fanfare.auth.anonymous-publish");
        settings.put("fanfare.auth.algorithm", "RS256");
        settings.put("fanfare.auth.jwks", "http://127.0.0.1:" + ChildProcess.freePort() + "/keys.json");
        start(kind, Part.LIMIT);
        String token = Tokens.base64("{\"alg\":\"RS256\",\"kid\":\"1\"}") + "." + Tokens.base64("{}") + ".AAAA";
        List<String> headers = List.of(Tokens.header(token), ACCEPT, "Content-Type: " + HubSubject.FORM);

        RawHttp.Answer answer = RawHttp.request(port, "POST", HUB, headers, "topic=news");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.header("Retry-After")).isEqualTo("5");
        assertThat(answer.body()).contains("urn:fanfare:problem:unavailable");
        assertThat(RawHttp.request(port, "GET", STREAM, Tokens.header(token)).body())
                .isEqualTo(answer.body());
    }

    @ParameterizedTest
    @EnumSource
    void anyIdThatIsAcceptedIsResumedExactlyByHeaderAndByQuery(Proxy kind) throws IOException {
        settings.put("fanfare.history.store", "memory");
        settings.put("fanfare.history.replay-max", "0");
        start(kind);
        List<String> type = List.of("Content-Type: " + HubSubject.FORM);
        OddIds.assertEachAcceptedOneIsResumed(
                port,
                id -> RawHttp.request(port, "POST", HUB, type, HubSubject.form("topic", "a", "data", "x", "id", id)));
    }

    private void startWithAPassword(Proxy kind) throws Exception {
        assumeInstalled(kind.program());
        assumeInstalled(Path.of("/usr/bin/openssl"));
        assumeInstalled(Path.of("/usr/bin/curl"));
        settings.remove("fanfare.auth.anonymous-publish");
        settings.put("fanfare.auth.key", Tokens.SECRET);
        settings.put("fanfare.cors.allow-origins", "https://events.example.org");
        settings.put("fanfare.cors.allow-credentials", "true");
        String list = ProxyHowTo.PAGE.commands().get(0);
        run(list.replace("/etc/nginx/", directory + "/").replace("-apr1", "-apr1 secret"));
        haproxyHash = run("openssl passwd -5 secret").strip();
        start(kind, Part.PASSWORD, Part.METRICS_KEPT_BACK, Part.ADDRESSES);
    }

    private static String run(String command) throws Exception {
        return Tools.run("bash", "-c", "TOKEN=" + Tokens.publisher("*") + "; " + command);
    }

    private static String password(String password) {
        return "Authorization: Basic "
                + Base64.getEncoder().encodeToString(("anna:" + password).getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @EnumSource(names = {"NGINX", "HAPROXY"})
    void readersNeedThePasswordAndPublishersTheTokenOnly(Proxy kind) throws Exception {
        startWithAPassword(kind);
        for (String target : List.of(STREAM, "/", "/stream", "/health/live", "/PUSH/")) {
            RawHttp.Answer refused = RawHttp.request(port, "GET", target, ACCEPT);
            assertThat(refused.status()).as(target).isEqualTo(401);
            assertThat(refused.header("WWW-Authenticate")).as(target).containsIgnoringCase("Basic realm=\"Events\"");
        }
        assertThat(RawHttp.request(port, "GET", STREAM, ACCEPT, password("wrong"))
                        .status())
                .isEqualTo(401);
        assertThat(RawHttp.request(port, "GET", STREAM, ACCEPT, Tokens.header(Tokens.subscriber("*")))
                        .status())
                .as("a token is no password")
                .isEqualTo(401);
        String cookie = "Cookie: mercureAuthorization=" + Tokens.subscriber("*");

        List<String> commands = ProxyHowTo.PAGE.commands();
        try (EventStream publicOnly = EventStream.open(port, STREAM, password("secret"));
                EventStream all = EventStream.open(port, STREAM, password("secret"), cookie)) {
            assertThat(run(here(commands.get(1)))).startsWith("#");
            assertThat(run(here(commands.get(1)).replace("-d data", "-d private=on -d data")))
                    .startsWith("#");
            assertThat(run(here(commands.get(2)).replace("-u anna ", "-u anna:secret ")))
                    .startsWith("#");
            assertThat(all.next(3)).extracting(EventStream.Event::data).containsExactly("hello", "hello", "hello");
            assertThat(publicOnly.next(2)).extracting(EventStream.Event::data).containsExactly("hello", "hello");
        }
    }

    /** The page's command to this proxy; the origin that it names stays. */
    private String here(String command) {
        String here = command.replace("data=hello https://events.example.org", "data=hello http://127.0.0.1:" + port)
                .replace("curl ", "curl -sS ");
        assertThat(here).contains(":" + port + "/");
        return here;
    }

    @ParameterizedTest
    @EnumSource(names = {"NGINX", "HAPROXY"})
    void nothingCanBeReadOnThePublishersPathAndNothingPublishedWithoutAToken(Proxy kind) throws Exception {
        startWithAPassword(kind);
        for (String target : List.of("/push" + STREAM, "/push/", "/push/metrics", "/push/health/live")) {
            for (String method : List.of("GET", "HEAD", "OPTIONS")) {
                assertThat(RawHttp.request(port, method, target).status())
                        .as(method + " " + target)
                        .isEqualTo(403);
            }
        }
        List<String> type = List.of("Content-Type: " + HubSubject.FORM);
        assertThat(RawHttp.request(port, "POST", "/push" + HUB, type, "topic=news")
                        .status())
                .isEqualTo(401);
        assertThat(RawHttp.request(port, "POST", HUB, type, "topic=news").status())
                .isEqualTo(401);
        List<String> both = List.of("Content-Type: " + HubSubject.FORM, password("secret"));
        assertThat(RawHttp.request(port, "POST", HUB, both, "topic=news").body())
                .as("the server's answer")
                .contains("urn:fanfare:problem:");
        assertThat(RawHttp.request(port, "POST", "/push/metrics", type, "").body())
                .doesNotContain("fanfare_");
        assertThat(RawHttp.request(port, "GET", "/push/../health/live").status())
                .isBetween(400, 403);
        assertThat(RawHttp.request(port, "POST", "/push/../health/live", type, "")
                        .status())
                .isBetween(400, 405);
    }

    @ParameterizedTest
    @EnumSource(names = {"NGINX", "HAPROXY"})
    void belowAPathThePageAndStreamsWorkAndWhatIsKeptBackStaysSo(Proxy kind) throws IOException {
        settings.put("fanfare.console", "on");
        settings.put("fanfare.console.access", "anonymous");
        start(kind, Part.BELOW_A_PATH, Part.METRICS_KEPT_BACK, Part.ADDRESSES);
        RawHttp.Answer page = RawHttp.request(port, "GET", "/live/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("<html").doesNotContainPattern("(href|src)=\"/");
        assertThat(RawHttp.request(port, "GET", "/live/health/live").status()).isEqualTo(200);
        assertThat(RawHttp.request(port, "GET", "/live/metrics").status()).isEqualTo(404);
        assertThat(RawHttp.request(port, "GET", "/metrics").status()).isEqualTo(404);

        try (EventStream stream = EventStream.open(port, "/live" + STREAM)) {
            publish("1");
            assertThat(stream.next().data()).isEqualTo("1");
        }

        host.close();
        RawHttp.Answer away = RawHttp.request(port, "GET", "/live" + STREAM, ACCEPT);
        assertThat(away.status()).isEqualTo(200);
        assertThat(away.body()).isEqualTo("retry: 5000\n");
    }

    @ParameterizedTest
    @EnumSource
    void theServerCountsClientsByTheAddressThatTheProxyNames(Proxy kind) throws IOException {
        settings.put("fanfare.http.trusted-proxies", "127.0.0.1");
        settings.put("fanfare.limits.connections-per-address", "2");
        start(kind, Part.ADDRESSES);
        for (int i = 0; i < 2; i++) {
            assertThat(askFrom("127.0.0.2")).doesNotContainIgnoringCase("Fanfare-Refused");
        }
        assertThat(askFrom("127.0.0.2")).containsIgnoringCase("\r\nFanfare-Refused: full-for-address\r\n");
        assertThat(askFrom("127.0.0.3")).doesNotContainIgnoringCase("Fanfare-Refused");
    }

    private String askFrom(String address) throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port, InetAddress.getByName(address), 0);
        clients.add(socket);
        String head = ask(socket, STREAM);
        assertThat(head).startsWith("HTTP/1.1 200 ");
        return head;
    }

    /** Behind a proxy everybody seems to be this machine's user. */
    @ParameterizedTest
    @EnumSource(names = {"NGINX", "HAPROXY"})
    void withThePagesSettingsNobodySeesNumbersOrTheDemoWithoutAToken(Proxy kind) throws Exception {
        assumeInstalled(kind.program());
        Map<String, String> whole = new HashMap<>();
        whole.put("fanfare.http.port", "0");
        whole.put("fanfare.history.store", "memory");
        startBehind(kind, GrizzlyHost.standalone(whole));
        assertThat(RawHttp.request(port, "GET", "/metrics").body()).contains("fanfare_");
        assertThat(RawHttp.request(port, "GET", "/status/fanfare").body()).contains("\"topics\"");
        assertThat(RawHttp.request(port, "HEAD", "/stream").status()).isEqualTo(200);

        whole.put("fanfare.http.port", String.valueOf(host.port()));
        whole.put("fanfare.auth.key", Tokens.SECRET);
        host.close();
        Properties settingsOfThePage = new Properties();
        settingsOfThePage.load(new StringReader(ProxyHowTo.PAGE.block("properties")));
        settingsOfThePage.forEach((key, value) -> whole.put((String) key, (String) value));
        whole.put("fanfare.console", "on");
        host = GrizzlyHost.standalone(whole);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> RawHttp.request(port, "GET", "/health/live").status() == 200);
        assertThat(RawHttp.request(port, "GET", "/metrics").status()).isEqualTo(401);
        assertThat(RawHttp.request(port, "GET", "/status/fanfare").status()).isEqualTo(401);
        assertThat(RawHttp.request(port, "HEAD", "/stream").status()).isEqualTo(404);
    }

    @Test
    void theRuleForThePathOfTheNumbersIsTheSameOnBothPages() {
        Document prometheus = Document.read("docs/how-to/prometheus.md");
        for (String language : List.of("nginx", "haproxy")) {
            assertThat(prometheus.blocks(language))
                    .containsExactly(ProxyHowTo.PAGE.blocks(language).get(1));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NGINX_OF_SEVERAL_NODES")
    void aPathIsKeptBackInEverySpelling(Proxy kind) throws IOException {
        start(kind, Part.METRICS_KEPT_BACK);

        assertThat(RawHttp.request(host.port(), "GET", "/metrics").body()).contains("fanfare_");
        for (String target : List.of(
                "/metrics",
                "/metrics?x",
                "/metrics/",
                "/metrics;x",
                "/metrics;x/",
                "/metrics#x",
                "//metrics",
                "/./metrics",
                "/x/../metrics",
                "/%6detrics",
                "/%6Detrics%3Fx",
                "http://localhost/metrics")) {
            RawHttp.Answer answer = RawHttp.request(port, "GET", target);
            assertThat(answer.status()).as(target).isBetween(400, 404);
            assertThat(answer.body()).as(target).doesNotContain("fanfare_");
        }
    }
}
