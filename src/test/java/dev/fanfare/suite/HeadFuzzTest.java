package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RecordedLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Requests that chance has spoilt: whatever comes, no answer is a 500, and the log stays silent. Runs for seconds;
 * {@code -Dfanfare.fuzz.heads=100000 -Dfanfare.fuzz.seed=1} runs longer, and again from a seed.
 */
class HeadFuzzTest {
    private static final int HEADS = Integer.getInteger("fanfare.fuzz.heads", 600);
    private static final long SEED = Long.getLong("fanfare.fuzz.seed", 20_261_129L);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

    private static final String[] METHODS = {
        "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "CONNECT"
    };
    private static final String[] TARGETS = {
        "/",
        "/.well-known/mercure?topic=a",
        "/.well-known/mercure",
        "/status",
        "/status/jobs?job=1",
        "/metrics",
        "/openapi.yaml",
        "/health/live",
        "/status/jobs/stream?job=1",
        "/nope",
        "/status/",
        "/metrics;x",
        "/a#b",
        "/%",
        "/%00",
        "//",
        "*",
        "http://a/health/live",
        "http://",
        "http:///",
        "http://a:+1/",
        "/?authorization=x",
        "/.well-known/mercure?topic=%7B",
        "/\\"
    };
    private static final String[] NAMES = {
        "Accept",
        "Content-Type",
        "If-None-Match",
        "If-Match",
        "If-Modified-Since",
        "If-Unmodified-Since",
        "Accept-Language",
        "Accept-Encoding",
        "Accept-Charset",
        "Authorization",
        "Cookie",
        "Last-Event-ID",
        "Origin",
        "Expect",
        "Range",
        "Connection",
        "Upgrade",
        "HTTP2-Settings",
        "Transfer-Encoding",
        "Content-Length",
        "Content-Encoding",
        "Content-Language",
        "TE",
        "Trailer",
        "Date",
        "Access-Control-Request-Method",
        "Access-Control-Request-Headers",
        "Idempotency-Key",
        "Host",
        "Forwarded",
        "X-HTTP-Method-Override",
        "Via",
        "Referer",
        "User-Agent",
        "Allow"
    };
    private static final String[] VALUES = {
        "",
        "abc",
        "\"abc",
        "a/b;q=x",
        "*/*",
        "///",
        ";",
        ",",
        ",,",
        "=",
        "a=b; c=\"",
        "W/\"",
        "*",
        "0",
        "-1",
        "5",
        "99999999999999999999",
        "close",
        "chunked",
        "gzip",
        "text/event-stream",
        "application/json",
        "application/x-www-form-urlencoded;charset=nope",
        "multipart/form-data",
        "Bearer x",
        "Bearer a.b.c",
        "Basic eA==",
        "100-continue",
        "h2c",
        "Thu, 99 Foo 2026",
        "bytes=0-",
        "a:+80",
        "a b",
        "\u00ff\u00fe",
        "\u00c3\u00a4",
        "a;q=1.5",
        "a;q=",
        "en-US-x-y-z",
        "earliest",
        "#x.1",
        "null",
        "http://[",
        "$Version=1"
    };

    private final Random random = new Random(SEED);

    private String one(String[] of) {
        return of[random.nextInt(of.length)];
    }

    private byte[] request() {
        StringBuilder head =
                new StringBuilder(one(METHODS)).append(' ').append(one(TARGETS)).append(" HTTP/1.1\r\n");
        if (random.nextInt(10) > 0) {
            head.append("Host: localhost\r\n");
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            head.append(one(NAMES)).append(": ").append(one(VALUES)).append("\r\n");
        }
        head.append("\r\n");
        if (random.nextInt(3) == 0) {
            head.append("topic=a&data=x");
        }
        byte[] bytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        for (int i = random.nextInt(3) - 1; i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    /** What is answered until the server closes. A stream goes on, so it is left after its head. */
    private static String exchange(int port, byte[] request) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(request);
            socket.shutdownOutput();
            byte[] buffer = new byte[8192];
            int count;
            while ((count = socket.getInputStream().read(buffer)) >= 0) {
                answer.write(buffer, 0, count);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("neither answered nor closed", e);
        } catch (SocketException e) {
            // The server has closed without reading everything, as it does after a refusal.
        }
        return answer.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void noHeadMakesTheServerFailOrFillItsLog() throws IOException {
        try (GrizzlyHost host = GrizzlyHost.start(Map.of(
                        "fanfare.auth.key", "a secret of at least thirty-two bytes",
                        "fanfare.status.jobs.push", "true",
                        "fanfare.status.jobs.params", "job"));
                RecordedLog log = new RecordedLog("")) {
            for (int i = 0; i < HEADS; i++) {
                byte[] request = request();
                String told = "seed " + SEED + ", head " + i + ": " + new String(request, StandardCharsets.ISO_8859_1);
                String answer = exchange(host.port(), request);

                Matcher status = STATUS.matcher(answer);
                while (status.find()) {
                    assertThat(status.group(1)).as(told).isNotEqualTo("500");
                }
                assertThat(answer).as(told).doesNotContain("Exception", "\tat ", "org.glassfish");
                assertThat(log.warnings()).as(told).isEmpty();
            }
            assertThat(RawHttp.request(host.port(), "GET", "/health/live").status())
                    .isEqualTo(200);
        }
    }
}
