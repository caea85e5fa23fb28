package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fanfare.testing.PemFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9112, 9.6: a client that reads when it has sent everything gets its refusal whole, and no reset. */
@Timeout(900)
class RefusedUploadsTest {
    private static final int MEGABYTE = 1_000_000;
    private static final String FORM = "Content-Type: " + HubSubject.FORM + "\r\n";

    // A busy machine takes a while for an upload.
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "fanfare.http.port", "0",
            "fanfare.http.request-timeout", "120s",
            "fanfare.history.store", "memory"));

    @TempDir
    Path folder;

    private GrizzlyHost host;

    @AfterEach
    void stop() {
        if (host != null) { // there is no openssl
            host.close();
        }
    }

    private void start() throws IOException {
        host = GrizzlyHost.standalone(settings);
    }

    private PemFiles certify() {
        PemFiles pem = new PemFiles(folder).pair("a");
        settings.put("fanfare.http.tls.certificate", pem.file("a.crt").toString());
        settings.put("fanfare.http.tls.key", pem.file("a.key").toString());
        return pem;
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port());
        socket.setSoTimeout(60_000);
        return socket;
    }

    /** A client's side of TLS, where there is a certificate. */
    private Socket connect(@Nullable PemFiles pem) throws IOException {
        Socket clear = connect();
        return pem == null
                ? clear
                : pem.trusting("a.crt").getSocketFactory().createSocket(clear, "localhost", host.port(), true);
    }

    /** What makes a server that lets everybody publish refuse an upload. */
    static String headersFor(int status) {
        return switch (status) {
            case 401 -> FORM + "Authorization: Bearer a.b.c\r\n";
            case 403 -> FORM + "Cookie: mercureAuthorization=a\r\nOrigin: https://evil.example\r\n";
            case 415 -> "Content-Type: image/png\r\n";
            default -> FORM;
        };
    }

    /** Sends all of it before it reads anything. */
    static void upload(Socket socket, String headers, int bytes, boolean chunked) throws IOException {
        OutputStream out = socket.getOutputStream();
        String length = chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + bytes;
        out.write(("POST " + HubSubject.HUB + " HTTP/1.1\r\nHost: localhost\r\n" + headers + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        byte[] part = new byte[100_000];
        Arrays.fill(part, (byte) 'x');
        for (int sent = 0; sent < bytes; sent += part.length) {
            if (chunked) {
                out.write((Integer.toHexString(part.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            out.write(part);
            if (chunked) {
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        }
        if (chunked) {
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** The head and as many bytes as it says. */
    static String answer(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int sign = socket.getInputStream().read();
            assertThat(sign).as("closed after '%s'", answer).isNotNegative();
            answer.append((char) sign);
        }
        int at = answer.toString().toLowerCase(Locale.ROOT).indexOf("content-length: ") + 16;
        int length = Integer.parseInt(answer.substring(at, answer.indexOf("\r\n", at)));
        return answer + new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "401,35,false,false",
        "401,35,true,false",
        "401,640,false,false",
        "401,640,true,false", //
        "413,35,false,false",
        "413,35,true,false",
        "413,640,false,false",
        "413,640,true,false", //
        "415,35,false,false",
        "415,35,true,false",
        "415,640,false,false",
        "415,640,true,false", //
        "403,35,false,false",
        "403,640,true,false", //
        "401,35,true,true",
        "401,640,false,true",
        "413,35,false,true",
        "413,640,true,true", //
        "415,640,false,true",
        "403,35,false,true"
    })
    void aRefusalArrivesWholeBehindAllOfTheUpload(int status, int tenthsOfMegabytes, boolean chunked, boolean tls)
            throws IOException {
        settings.put("fanfare.auth.anonymous-publish", "true");
        PemFiles pem = tls ? certify() : null;
        start();
        try (Socket socket = connect(pem)) {
            upload(socket, headersFor(status), tenthsOfMegabytes * MEGABYTE / 10, chunked);
            String answer = answer(socket);
            assertThat(answer)
                    .startsWith("HTTP/1.1 " + status)
                    .contains("\"detail\":")
                    .endsWith("}");
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void curlShowsARefusalWhole(boolean tls) throws IOException, InterruptedException {
        Path curl = Tools.find("curl");
        assumeThat(curl).as("curl is not installed").isNotNull();
        settings.put("fanfare.auth.anonymous-publish", "true");
        PemFiles pem = tls ? certify() : null;
        start();
        for (int tenths : new int[] {35, 640}) {
            Path file = Files.write(folder.resolve("upload"), new byte[tenths * MEGABYTE / 10]);
            for (int status : new int[] {401, 403, 413, 415}) {
                for (String length : new String[] {"Expect:", "Transfer-Encoding: chunked", ""}) {
                    List<String> command = new ArrayList<>(List.of(curl.toString(), "-sS", "-w", " %{http_code}"));
                    headersFor(status).lines().forEach(line -> command.addAll(List.of("-H", line)));
                    if (!length.isEmpty()) { // else curl asks whether it may send
                        command.addAll(List.of("-H", length, "-H", "Expect:"));
                    }
                    if (pem != null) {
                        command.addAll(List.of("--cacert", pem.file("a.crt").toString()));
                    }
                    command.addAll(List.of(
                            "--data-binary",
                            "@" + file,
                            (tls ? "https" : "http") + "://localhost:" + host.port() + HubSubject.HUB));
                    assertThat(Tools.run(command.toArray(String[]::new)))
                            .as("%s", command)
                            .contains("\"detail\":")
                            .endsWith("} " + status);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void javasClientGetsARefusalWhole(boolean tls) throws Exception {
        settings.put("fanfare.auth.anonymous-publish", "true");
        PemFiles pem = tls ? certify() : null;
        start();
        HttpClient.Builder builder = HttpClient.newBuilder();
        HttpClient client = (pem == null ? builder : builder.sslContext(pem.trusting("a.crt"))).build();
        URI hub = URI.create((tls ? "https" : "http") + "://localhost:" + host.port() + HubSubject.HUB);
        for (int tenths : new int[] {35, 640}) {
            byte[] body = new byte[tenths * MEGABYTE / 10];
            for (int status : new int[] {401, 403, 413, 415}) {
                for (boolean chunked : new boolean[] {false, true}) {
                    HttpRequest.Builder request = HttpRequest.newBuilder(hub)
                            .version(HttpClient.Version.HTTP_1_1)
                            .POST(
                                    chunked
                                            ? HttpRequest.BodyPublishers.ofInputStream(
                                                    () -> new ByteArrayInputStream(body))
                                            : HttpRequest.BodyPublishers.ofByteArray(body));
                    headersFor(status)
                            .lines()
                            .map(line -> line.split(": ", 2))
                            .forEach(pair -> request.header(pair[0], pair[1]));
                    HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
                    assertThat(answer.statusCode()).isEqualTo(status);
                    assertThat(answer.body()).contains("\"detail\":").endsWith("}");
                }
            }
        }
    }

    /** RFC 9112, 9.6, where nothing is refused: a close that comes before the client has read would reset the answer. */
    @ParameterizedTest
    @CsvSource({"/openapi.yaml,false", "/openapi.yaml,true", "/stream,false", "/stream,true"})
    void anAnswerThatEndsItsConnectionArrivesThoughMoreWasSentBehindItsRequest(String path, boolean tls)
            throws IOException {
        settings.put("fanfare.demo.delay", "1ms");
        PemFiles pem = tls ? certify() : null;
        start();
        for (int round = 0; round < 10; round++) {
            try (Socket socket = connect(pem)) {
                OutputStream out = socket.getOutputStream();
                out.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                String next = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
                // A stream takes 8 KiB of what it does not expect.
                out.write(next.repeat(path.equals("/stream") ? 100 : 40_000).getBytes(StandardCharsets.US_ASCII));
                String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answers).startsWith("HTTP/1.1 200").containsOnlyOnce("HTTP/1.1 ");
                assertThat(answers).contains(path.equals("/stream") ? "End of the stream" : "openapi: ");
                if (path.equals("/stream")) {
                    assertThat(answers).endsWith("\r\n0\r\n\r\n");
                }
            }
        }
    }

    @Test
    void aConnectionWhoseUploadWasRefusedTakesTheNextRequest() throws IOException {
        start();
        try (Socket socket = connect()) {
            for (int i = 0; i < 3; i++) {
                upload(socket, FORM, 5 * MEGABYTE, i == 1);
                assertThat(answer(socket)).startsWith("HTTP/1.1 401");
            }
        }
    }

    @Test
    void aHeadThatIsRefusedHasItsAnswerThoughMoreIsSent() throws IOException {
        start();
        for (int i = 0; i < 10; i++) {
            try (Socket socket = connect()) {
                OutputStream out = socket.getOutputStream();
                out.write("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: ".getBytes(StandardCharsets.US_ASCII));
                for (int part = 0; part < 40; part++) {
                    out.write("x".repeat(100_000).getBytes(StandardCharsets.US_ASCII));
                }
                assertThat(answer(socket)).startsWith("HTTP/1.1 431");
                assertThat(socket.getInputStream().read()).as("the end").isEqualTo(-1);
            }
        }
    }

    /** Nobody may hold a connection by sending on for ever. */
    @Test
    void whoSendsOnBehindARefusalIsClosedInTime() throws IOException {
        settings.put("fanfare.http.request-timeout", "1s");
        start();
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + HubSubject.HUB + " HTTP/1.1\r\nHost: localhost\r\n" + FORM
                            + "Content-Length: 100000000000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(answer(socket)).startsWith("HTTP/1.1 401");
            IOException end = null;
            byte[] part = new byte[10_000];
            while (end == null) {
                try {
                    out.write(part);
                } catch (IOException e) {
                    end = e;
                }
            }
            assertThat(end).hasMessageMatching(".*(reset|[Bb]roken pipe).*");
        }
    }
}
