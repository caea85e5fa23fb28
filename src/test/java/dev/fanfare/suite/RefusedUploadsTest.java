package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9112, 9.6: a client that reads when it has sent everything gets its refusal whole, and no reset. */
@Timeout(300)
class RefusedUploadsTest {
    private static final int MEGABYTE = 1_000_000;
    private static final String FORM = "Content-Type: " + HubSubject.FORM + "\r\n";

    private final Map<String, String> settings =
            new HashMap<>(Map.of("fanfare.http.port", "0", "fanfare.history.store", "memory"));
    private GrizzlyHost host;

    @AfterEach
    void stop() {
        host.close();
    }

    private void start() throws IOException {
        host = GrizzlyHost.standalone(settings);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port());
        socket.setSoTimeout(60_000);
        return socket;
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
        "401,35,false", "401,35,true", "401,640,false", "401,640,true", //
        "413,35,false", "413,35,true", "413,640,false", "413,640,true", //
        "415,35,false", "415,35,true", "415,640,false", "415,640,true", //
        "403,35,false", "403,640,true"
    })
    void aRefusalArrivesWholeBehindAllOfTheUpload(int status, int tenthsOfMegabytes, boolean chunked)
            throws IOException {
        if (status == 413 || status == 415) {
            settings.put("fanfare.auth.anonymous-publish", "true");
        }
        start();
        String headers = status == 415
                ? "Content-Type: image/png\r\n"
                : status == 403 ? FORM + "Cookie: mercureAuthorization=a\r\nOrigin: https://evil.example\r\n" : FORM;
        try (Socket socket = connect()) {
            upload(socket, headers, tenthsOfMegabytes * MEGABYTE / 10, chunked);
            String answer = answer(socket);
            assertThat(answer)
                    .startsWith("HTTP/1.1 " + status)
                    .contains("\"detail\":")
                    .endsWith("}");
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
