package dev.fanfare.suite;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.PemFiles;
import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One address can't take the places of all others, whatever its connections do or leave. Linux has all of 127.0.0.0/8. */
@Timeout(180)
class AddressLimitTest {
    private static final int PLACES = 8;
    private static final int BEYOND = 8;
    private static final String GREEDY = "127.0.0.2";
    private static final String OTHER = "127.0.0.3";
    private static final String STREAM =
            "GET " + HubSubject.HUB + "?topic=a HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
    private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Map<String, String> settings = new HashMap<>(Map.of(
            "fanfare.http.port", "0",
            "fanfare.history.store", "memory",
            "fanfare.limits.connections", "1000",
            "fanfare.limits.connections-per-address", String.valueOf(PLACES)));
    private final List<Socket> sockets = new ArrayList<>();
    private GrizzlyHost host;

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        if (host != null) { // a test that could not run
            host.close();
        }
    }

    private void start() throws IOException {
        host = GrizzlyHost.standalone(settings);
    }

    private Socket connect(String from) throws IOException {
        return connect(InetAddress.getByName(from), InetAddress.getByName("127.0.0.1"));
    }

    private Socket connect(InetAddress from, InetAddress to) throws IOException {
        Socket socket = new Socket(to, host.port(), from, 0);
        socket.setSoTimeout((int) LONG.toMillis());
        sockets.add(socket);
        return socket;
    }

    private Socket send(String from, String request) throws IOException {
        Socket socket = connect(from);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** How many of these the server has kept; it resets or ends the others. */
    private static int open(List<Socket> sockets) {
        int open = 0;
        for (Socket socket : sockets) {
            try {
                socket.setSoTimeout(1);
                if (socket.getInputStream().read() >= 0) {
                    throw new AssertionError("an answer to nothing");
                }
            } catch (java.net.SocketTimeoutException e) {
                open++;
            } catch (IOException e) {
                assertThat(e).isInstanceOf(SocketException.class);
            }
        }
        return open;
    }

    @Test
    void connectionsThatSendNoHeadAreBoundedForEachAddress() throws IOException {
        settings.put("fanfare.http.request-timeout", "5m"); // so that nothing else closes the silent ones
        start();
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            silent.add(connect(GREEDY));
        }

        await().atMost(LONG).untilAsserted(() -> assertThat(open(silent)).isBetween(PLACES, PLACES + BEYOND));
        List<Socket> others = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            others.add(send(OTHER, STREAM));
            assertThat(RawHttp.head(others.get(i))).doesNotContain("Fanfare-Refused", "Connection: close");
        }
    }

    @Test
    void handshakesThatAreHalfOpenAreBoundedForEachAddress(@TempDir Path folder) throws IOException {
        PemFiles pem = new PemFiles(folder).pair("a");
        settings.put("fanfare.http.tls.certificate", pem.file("a.crt").toString());
        settings.put("fanfare.http.tls.key", pem.file("a.key").toString());
        settings.put("fanfare.http.request-timeout", "5m"); // so that nothing else closes the half open ones
        start();
        List<Socket> half = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Socket socket = connect(GREEDY);
            try {
                socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1, 0});
            } catch (SocketException e) {
                assertThat(e).as("beyond its address").hasMessageMatching(".*(reset|[Bb]roken pipe|abort).*");
            }
            half.add(socket);
        }

        await().atMost(LONG).untilAsserted(() -> assertThat(open(half)).isBetween(PLACES, PLACES + BEYOND));
        try (Socket tls =
                pem.trusting("a.crt").getSocketFactory().createSocket(connect(OTHER), "localhost", host.port(), true)) {
            tls.getOutputStream().write(LIVE.getBytes(StandardCharsets.US_ASCII));
            assertThat(RawHttp.head(tls)).startsWith("HTTP/1.1 200 ").doesNotContain("Connection: close");
        }
    }

    @Test
    void healthHasAPlaceBesideStreamsOfItsAddressAndMoreStreamsAreRefusedInWords() throws IOException {
        start();
        for (int i = 0; i < PLACES; i++) {
            assertThat(RawHttp.head(send(GREEDY, STREAM))).doesNotContain("Fanfare-Refused");
        }

        assertThat(RawHttp.head(send(GREEDY, STREAM)))
                .contains("Fanfare-Refused: full-for-address", "Connection: close");
        assertThat(RawHttp.head(send(GREEDY, LIVE))).startsWith("HTTP/1.1 200 ").contains("Connection: close");
        assertThat(RawHttp.head(send(OTHER, STREAM))).doesNotContain("Fanfare-Refused");
    }

    @Test
    void anIdleConnectionOfTheAddressMakesRoomAndNoOtherDoes() throws IOException {
        start();
        Socket idleOfAnother = send(OTHER, LIVE);
        RawHttp.head(idleOfAnother);
        for (int i = 0; i < PLACES - 1; i++) {
            RawHttp.head(send(GREEDY, STREAM));
        }
        Socket idle = send(GREEDY, LIVE);
        RawHttp.head(idle);

        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(RawHttp.head(send(GREEDY, STREAM))).doesNotContain("Fanfare-Refused"));
        idle.getInputStream().readAllBytes(); // its answer's body, and the end
        idleOfAnother.getOutputStream().write(LIVE.getBytes(StandardCharsets.US_ASCII));
        String body = "{";
        while (!body.endsWith("\r\n\r\n")) {
            int sign = idleOfAnother.getInputStream().read();
            assertThat(sign).as("closed after '%s'", body).isNotNegative();
            body += (char) sign;
        }
        assertThat(body).contains("HTTP/1.1 200 ");
    }

    @Test
    void aPlaceIsFreeAgainWhenItsConnectionHasClosed() throws IOException {
        start();
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < PLACES; i++) {
                send(GREEDY, STREAM).close();
                connect(GREEDY).close();
            }
        }
        List<Socket> held = new ArrayList<>();
        // Until the server has noticed that they have closed, a new one may be closed without an answer.
        await().atMost(LONG).ignoreExceptions().until(() -> {
            Socket stream = send(GREEDY, STREAM);
            if (RawHttp.head(stream).contains("Fanfare-Refused")) {
                stream.close();
            } else {
                held.add(stream);
            }
            return held.size() == PLACES;
        });
    }

    /** Runs where this machine has two such addresses, as with the temporary ones of RFC 8981. */
    @Test
    void addressesOfOneIpv6NetworkAreBoundedTogether() throws IOException {
        List<InetAddress> neighbours = neighbours();
        assumeThat(neighbours)
                .as("two IPv6 addresses that begin with the same 64 bits")
                .hasSizeGreaterThan(1);
        settings.put("fanfare.http.host", "::");
        settings.put("fanfare.http.request-timeout", "5m"); // so that nothing else closes the silent ones
        start();
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            silent.add(connect(neighbours.get(i % 2), neighbours.get(0)));
        }
        await().atMost(LONG).untilAsserted(() -> assertThat(open(silent)).isBetween(PLACES, PLACES + BEYOND));
        for (Socket socket : silent) {
            socket.close();
        }
        List<Socket> streams = new ArrayList<>();
        await().atMost(LONG).until(() -> {
            Socket stream = stream(neighbours.get(streams.size() % 2));
            if (!RawHttp.head(stream).contains("Fanfare-Refused")) {
                streams.add(stream);
            }
            return streams.size() == PLACES;
        });

        assertThat(RawHttp.head(stream(neighbours.get(0)))).contains("Fanfare-Refused: full-for-address");
        assertThat(RawHttp.head(stream(neighbours.get(1)))).contains("Fanfare-Refused: full-for-address");
        assertThat(RawHttp.head(send(OTHER, STREAM))).doesNotContain("Fanfare-Refused");
    }

    private Socket stream(InetAddress from) throws IOException {
        Socket socket = connect(from, from);
        socket.getOutputStream().write(STREAM.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static List<InetAddress> neighbours() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet6Address && !address.isLinkLocalAddress())
                .collect(groupingBy(address -> Arrays.toString(Arrays.copyOf(address.getAddress(), 8))))
                .values()
                .stream()
                .filter(each -> each.size() > 1)
                .findFirst()
                .orElse(List.of());
    }

    /** It brings the clients of many addresses, which are bounded by what it names. */
    @Test
    void aTrustedProxysOwnAddressIsNotBounded() throws IOException {
        settings.put("fanfare.http.trusted-proxies", GREEDY);
        start();
        for (int i = 0; i < 3 * PLACES; i++) {
            String named = STREAM.replace("\r\n\r\n", "\r\nX-Forwarded-For: 192.0.2." + i + "\r\n\r\n");
            assertThat(RawHttp.head(send(GREEDY, named))).doesNotContain("Fanfare-Refused", "Connection: close");
        }
        for (int i = 0; i < 3 * PLACES; i++) {
            assertThat(RawHttp.head(send(GREEDY, LIVE)))
                    .startsWith("HTTP/1.1 200 ")
                    .doesNotContain("Connection: close");
        }
        for (int i = 0; i < PLACES - 1; i++) {
            RawHttp.head(send(GREEDY, STREAM.replace("\r\n\r\n", "\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")));
        }
        assertThat(RawHttp.head(send(GREEDY, STREAM.replace("\r\n\r\n", "\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"))))
                .contains("Fanfare-Refused: full-for-address");
        assertThat(RawHttp.request(host.port(), "GET", "/health/live").status()).isEqualTo(200);
    }
}
