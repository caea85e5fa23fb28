package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.PemFiles;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS that chance has spoilt: no case hangs, none is logged, no connection stays, and others are served meanwhile. */
@Timeout(7200)
class TlsFuzzTest {
    private static final int LEAST_CASES = 250;
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int ALERT = 21;
    private static final int HANDSHAKE = 22;
    private static final int DATA = 23;
    private static final int MOST_IN_RECORD = 16_384;
    private static final String[] NAMES = {
        "localhost", "example.com", "a", "x".repeat(60) + ".example", "xn--n3h.example"
    };

    @TempDir
    Path folder;

    private SSLContext trusting;
    private GrizzlyHost host;
    private Fuzzing fuzzing;

    @BeforeEach
    void start() throws IOException {
        PemFiles pem = new PemFiles(folder).pair("a");
        trusting = pem.trusting("a.crt");
        host = GrizzlyHost.standalone(Map.of(
                "fanfare.http.port", "0",
                "fanfare.history.store", "memory",
                "fanfare.http.request-timeout", "10s",
                "fanfare.http.tls.certificate", pem.file("a.crt").toString(),
                "fanfare.http.tls.key", pem.file("a.key").toString()));
        fuzzing = new Fuzzing(host);
    }

    @AfterEach
    void stop() {
        if (host != null) { // there is no openssl
            host.close();
        }
    }

    @Test
    void nothingThatIsSentInPlaceOfTlsHoldsOrBreaksAnything() throws IOException {
        fuzzing.run(LEAST_CASES, random -> {
            switch (random.nextInt(8)) {
                case 0 -> garbage(random);
                case 1 -> spoiltHello(random);
                case 2 -> splitHello(random);
                case 3 -> hugeHello(random);
                case 4 -> halfHandshake(random);
                case 5 -> garbageBehindAHandshake(random);
                case 6 -> handshakesAgain(random);
                default -> spoiltRequest(random);
            }
            assertServes(random);
        });
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), host.port());
    }

    /** Sends it; then the client ends its side, resets, or leaves the end to the server. */
    private void sendAndGo(Socket socket, byte[] bytes, Random random) throws IOException {
        Fuzzing.send(socket, bytes, random);
        switch (random.nextInt(4)) {
            case 0 -> {
                socket.setSoLinger(true, 0);
                socket.close();
            }
            case 1 -> {
                try {
                    socket.shutdownOutput();
                } catch (SocketException e) {
                    assertThat(e).hasMessageMatching(".*(not connected|closed|reset|Broken pipe).*");
                }
                assertTls(Fuzzing.toEnd(socket));
            }
            default -> fuzzing.leave(socket);
        }
    }

    /** All that comes back is records of TLS: no answer in clear. */
    private static void assertTls(byte[] answer) {
        if (answer.length > 0) {
            assertThat((int) answer[0])
                    .as(new String(answer, StandardCharsets.ISO_8859_1))
                    .isBetween(CHANGE_CIPHER_SPEC, DATA);
        }
        assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("HTTP/1.1");
    }

    private static byte[] random(int length, Random random) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Of one record or a few; the payload may be longer or shorter than it says. */
    private static byte[] record(int type, byte[] payload, Random random) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int from = 0;
        do {
            int length = Math.min(MOST_IN_RECORD, payload.length - from);
            if (random.nextInt(3) == 0 && length > 1) { // in more records than need be
                length = 1 + random.nextInt(Math.min(length, 200));
            }
            all.writeBytes(new byte[] {(byte) type, 3, (byte) random.nextInt(4), (byte) (length >> 8), (byte) length});
            all.write(payload, from, length);
            from += length;
        } while (from < payload.length);
        return all.toByteArray();
    }

    private void garbage(Random random) throws IOException {
        byte[] payload = random(random.nextInt(random.nextBoolean() ? 40 : 40_000), random);
        byte[] bytes = switch (random.nextInt(5)) {
            case 0 -> payload;
            case 1 -> record(random.nextInt(256), payload, random);
            case 2 -> record(ALERT, new byte[] {(byte) (1 + random.nextInt(2)), (byte) random.nextInt(120)}, random);
            case 3 -> record(HANDSHAKE, new byte[0], random);
            default -> record(HANDSHAKE, payload, random);
        };
        sendAndGo(connect(), bytes, random);
    }

    private SSLEngine engine(Random random) {
        SSLEngine engine = trusting.createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(NAMES[random.nextInt(NAMES.length)])));
        parameters.setApplicationProtocols(
                random.nextBoolean() ? new String[0] : new String[] {"h2", "http/1.1", "x".repeat(200)});
        engine.setSSLParameters(parameters);
        if (random.nextInt(3) == 0) {
            engine.setEnabledProtocols(new String[] {"TLSv1.2"});
        }
        return engine;
    }

    /** What a client's engine has to say now. */
    private static byte[] flight(SSLEngine engine) throws SSLException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            } else if (status == HandshakeStatus.NEED_WRAP || status == HandshakeStatus.NOT_HANDSHAKING) {
                if (engine.wrap(ByteBuffer.allocate(0), out.clear()).bytesProduced() == 0) {
                    return all.toByteArray();
                }
                all.write(out.array(), 0, out.position());
            } else {
                return all.toByteArray();
            }
        }
    }

    /** A ClientHello as a client sends it, in one record. */
    private byte[] hello(Random random) throws SSLException {
        SSLEngine engine = engine(random);
        engine.beginHandshake();
        return flight(engine);
    }

    private void spoiltHello(Random random) throws IOException {
        byte[] hello = hello(random);
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            hello[random.nextInt(3) == 0 ? random.nextInt(9) : random.nextInt(hello.length)] =
                    (byte) random.nextInt(256);
        }
        if (random.nextInt(3) == 0) {
            hello = Arrays.copyOf(hello, random.nextInt(hello.length));
        } else if (random.nextInt(3) == 0) {
            hello = Arrays.copyOf(hello, hello.length + random.nextInt(2000));
        }
        sendAndGo(connect(), hello, random);
    }

    /** RFC 8446, 5.1: a message may be split over records in any way. Some are sent twice, which no client may do. */
    private void splitHello(Random random) throws IOException {
        byte[] hello = hello(random);
        byte[] message = Arrays.copyOfRange(hello, 5, hello.length);
        Socket socket = connect();
        Fuzzing.send(socket, record(HANDSHAKE, message, random), random);
        assertThat(socket.getInputStream().read())
                .as("a sound hello has an answer")
                .isEqualTo(HANDSHAKE);
        sendAndGo(socket, record(HANDSHAKE, random.nextBoolean() ? message : random(50, random), random), random);
    }

    /** A hello of some 64 KiB and more; its extensions can't be longer, what it says of itself can. */
    private void hugeHello(Random random) throws IOException {
        int length = 60_000 + random.nextInt(70_000);
        byte[] hello = hello(random);
        byte[] message = Arrays.copyOf(Arrays.copyOfRange(hello, 5, hello.length), length);
        message[1] = (byte) ((length - 4) >> 16);
        message[2] = (byte) ((length - 4) >> 8);
        message[3] = (byte) (length - 4);
        sendAndGo(connect(), record(HANDSHAKE, message, random), random);
    }

    /** The server's first flight is read, and the answer to it is another than it waits for. */
    private void halfHandshake(Random random) throws IOException {
        Socket socket = connect();
        SSLEngine engine = engine(random);
        engine.beginHandshake();
        Fuzzing.send(socket, flight(engine), random);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        assertThat(in.read()).isEqualTo(HANDSHAKE);
        in.readUnsignedShort();
        in.readFully(new byte[in.readUnsignedShort()]);
        byte[] next = switch (random.nextInt(5)) {
            case 0 -> new byte[0];
            case 1 -> record(CHANGE_CIPHER_SPEC, new byte[] {(byte) random.nextInt(3)}, random);
            case 2 -> record(ALERT, new byte[] {2, (byte) random.nextInt(120)}, random);
            case 3 -> record(DATA, random(random.nextInt(3000), random), random);
            default -> record(HANDSHAKE, random(random.nextInt(3000), random), random);
        };
        sendAndGo(socket, next, random);
    }

    private SSLSocket handshake(Socket under, Random random) throws IOException {
        SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket(under, "localhost", host.port(), false);
        socket.setEnabledProtocols(new String[] {random.nextBoolean() ? "TLSv1.2" : "TLSv1.3"});
        socket.setSoTimeout(60_000);
        socket.startHandshake();
        return socket;
    }

    private void garbageBehindAHandshake(Random random) throws IOException {
        Socket under = connect();
        SSLSocket socket = handshake(under, random);
        if (random.nextBoolean()) {
            socket.getOutputStream().write("GET /health/live HTTP/1.1\r\nHost:".getBytes(StandardCharsets.US_ASCII));
        }
        int[] types = {CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, DATA, random.nextInt(256)};
        sendAndGo(
                under,
                record(types[random.nextInt(types.length)], random(random.nextInt(300), random), random),
                random);
    }

    /** In TLS 1.2 a renegotiation, which is refused; in 1.3 the same call updates the keys, and is fine. */
    private void handshakesAgain(Random random) throws IOException {
        Socket under = connect();
        SSLSocket socket = handshake(under, random);
        try {
            for (int i = random.nextInt(5); i >= 0; i--) {
                socket.startHandshake();
            }
            socket.getOutputStream().write("GET /health/live HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(answer).startsWith("HTTP/1.1 200 ");
        } catch (SSLException | SocketException e) {
            assertThat(socket.getSession().getProtocol()).as("%s", e).isNotEqualTo("TLSv1.3");
        }
        sendAndGo(under, new byte[0], random);
    }

    /** Heads are spoilt over TLS as well, and what is refused ends with an alert. */
    private void spoiltRequest(Random random) throws IOException {
        try (Socket under = connect();
                SSLSocket socket = handshake(under, random)) {
            socket.getOutputStream().write(HeadFuzzTest.request(random));
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            Fuzzing.assertNoFailure(answer);
        }
    }

    private void assertServes(Random random) throws IOException {
        if (random.nextInt(20) == 0) {
            try (Socket under = connect();
                    SSLSocket socket = handshake(under, random)) {
                socket.getOutputStream().write("GET /health/live HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 200 ");
            }
        }
    }
}
