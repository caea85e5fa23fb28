package dev.fanfare.status.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import dev.fanfare.status.Reading;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A host with several addresses. Linux has all of 127.0.0.0/8, of which localhost is 127.0.0.1. */
class SeveralAddressesTest extends HttpSourceFixture {
    /** Waits for a connection for as long as its source does, or the kernel, which is two minutes. */
    private static final HttpClient PATIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final byte[] ANSWER =
            ok("Content-Type: application/json\r\n", "[1]").getBytes(StandardCharsets.US_ASCII);

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    /** Answers no packet that opens a connection, since as many wait to be accepted as may. */
    private static final class Silent implements AutoCloseable {
        private final ServerSocket server;
        private final List<Socket> waiting = new ArrayList<>();

        Silent(InetAddress at, int port) throws IOException {
            server = new ServerSocket(port, 1, at);
            boolean isFull = false;
            while (!isFull) {
                Socket socket = new Socket();
                waiting.add(socket);
                try {
                    socket.connect(server.getLocalSocketAddress(), 500);
                } catch (SocketTimeoutException e) {
                    isFull = true;
                }
            }
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : waiting) {
                socket.close();
            }
            server.close();
        }
    }

    private static int port(RawSource server) {
        return URI.create(server.url("/")).getPort();
    }

    @Test
    void anAddressThatIsSilentGetsOnlyItsPartOfTheTimeout() throws IOException {
        InetAddress first = address("127.0.0.1");
        InetAddress other = address("127.0.0.3");
        try (RawSource server = new RawSource(out -> out.write(ANSWER), other);
                Silent silent = new Silent(first, port(server))) {
            HttpSource source = new HttpSource(
                    within(LONG, server.url("/a")), PATIENT, ticker, host -> new InetAddress[] {first, other});

            assertThat(read(source, null)).isInstanceOf(Reading.Value.class);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void allAddressesThatAreSilentButTheLastGiveWay() throws IOException {
        InetAddress first = address("127.0.0.1");
        InetAddress second = address("127.0.0.2");
        InetAddress other = address("127.0.0.3");
        try (RawSource server = new RawSource(out -> out.write(ANSWER), other);
                Silent silent = new Silent(first, port(server));
                Silent alsoSilent = new Silent(second, port(server))) {
            HttpSource source = new HttpSource(
                    within(LONG, server.url("/a")), PATIENT, ticker, host -> new InetAddress[] {first, second, other});

            assertThat(read(source, null)).isInstanceOf(Reading.Value.class);
        }
    }

    /** Slow to answer is not slow to connect. */
    @Test
    void anAddressThatConnectsHasAllOfTheTimeout() throws IOException {
        InetAddress first = address("127.0.0.1");
        InetAddress other = address("127.0.0.3");
        try (RawSource server = new RawSource(
                        out -> {
                            Thread.sleep(2500); // longer than any connection may take
                            out.write(ANSWER);
                        },
                        first);
                RawSource never = new RawSource(out -> out.write(ANSWER), other)) {
            HttpSource source = new HttpSource(
                    within(LONG, server.url("/a")), CLIENT, ticker, host -> new InetAddress[] {first, other});

            assertThat(read(source, null)).isInstanceOf(Reading.Value.class);
            assertThat(server.requests()).hasSize(1);
            assertThat(never.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            5000,   1, -
            5000,   2, 2000
            5000,   3, 1000
            600000, 2, 2000
            1000,   2, 500
            10,     2, 10
            0,      2, 10
            """)
    void eachAddressHasAnEqualPartAtMostTwoSecondsAndTheLastAllThatIsLeft(long left, int addresses, Long patience) {
        assertThat(HttpClients.patience(Duration.ofMillis(left), addresses))
                .isEqualTo(patience == null ? null : Duration.ofMillis(patience));
    }

    private interface Asking {
        void ask(HttpSource source, List<List<SNIServerName>> asked) throws Exception;
    }

    /** A host whose first address accepts no connection, and whose other one has a certificate for a name. */
    private void withTls(Path folder, String certified, Asking asking) throws Exception {
        InetAddress other = address("127.0.0.3");
        SSLContext own = selfSigned(folder.resolve("keys.p12"), certified);
        List<List<SNIServerName>> asked = new CopyOnWriteArrayList<>();
        HttpsServer server = HttpsServer.create(new InetSocketAddress(other, 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(own));
        server.createContext("/", exchange -> {
            asked.add(((ExtendedSSLSession) ((HttpsExchange) exchange).getSSLSession()).getRequestedServerNames());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 1);
            exchange.getResponseBody().write('1');
            exchange.close();
        });
        server.start();
        try {
            HttpSource source = new HttpSource(
                    within(LONG, "https://localhost:" + server.getAddress().getPort() + "/a"),
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .sslContext(own)
                            .build(),
                    ticker,
                    host -> new InetAddress[] {address("127.0.0.1"), address("127.0.0.2"), other});
            asking.ask(source, asked);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void anotherAddressIsAskedOverTlsUnderTheNameOfTheHost(@TempDir Path folder) throws Exception {
        withTls(folder, "dns:localhost", (source, asked) -> {
            assertThat(read(source, null)).isInstanceOf(Reading.Value.class);
            assertThat(read(source, null)).isInstanceOf(Reading.Value.class);
            List<SNIServerName> name = List.of(new SNIHostName("localhost"));
            assertThat(asked).containsExactly(name, name);
        });
    }

    @ParameterizedTest
    @CsvSource({"ip:127.0.0.3", "dns:other.example"})
    void anotherAddressWhoseCertificateIsNotForTheNameIsNotAsked(String certified, @TempDir Path folder)
            throws Exception {
        withTls(folder, certified, (source, asked) -> {
            assertThat(failure(source).reason()).isEqualTo("can't be reached");
            assertThat(asked).isEmpty();
        });
    }

    @Test
    void whereAProxyIsAskedTheHostIsNotLookedUp() throws IOException {
        try (RawSource proxy = new RawSource(out -> out.write(ANSWER))) {
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", port(proxy))))
                    .build();
            HttpSource source = new HttpSource(within(LONG, "http://jobs.example/a"), client, ticker, host -> {
                throw new AssertionError("looked up " + host);
            });

            assertThat(read(source, null)).isInstanceOf(Reading.Value.class);
            assertThat(proxy.requests().get(0)).startsWith("GET http://jobs.example/a HTTP/1.1");
        }
    }
}
