package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Requests that chance has spoilt: whatever comes, no answer is a 500, the log stays silent and nothing stays. */
class HeadFuzzTest {
    private static final int LEAST_CASES = 600;

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

    private static String one(String[] of, Random random) {
        return of[random.nextInt(of.length)];
    }

    /** A request, mostly one that is spoilt. */
    static byte[] request(Random random) {
        StringBuilder head = new StringBuilder(one(METHODS, random))
                .append(' ')
                .append(one(TARGETS, random))
                .append(" HTTP/1.1\r\n");
        if (random.nextInt(10) > 0) {
            head.append("Host: localhost\r\n");
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            head.append(one(NAMES, random))
                    .append(": ")
                    .append(one(VALUES, random))
                    .append("\r\n");
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

    @Test
    void noHeadMakesTheServerFailOrFillItsLog() throws IOException {
        try (GrizzlyHost host = GrizzlyHost.start(Map.of(
                "fanfare.auth.key", "a secret of at least thirty-two bytes",
                "fanfare.status.jobs.push", "true",
                "fanfare.status.jobs.params", "job"))) {
            Fuzzing fuzzing = new Fuzzing(host);
            fuzzing.run(LEAST_CASES, random -> {
                byte[] request = request(random);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port());
                Fuzzing.send(socket, request, random);
                socket.shutdownOutput();
                String answer = new String(Fuzzing.toEnd(socket), StandardCharsets.ISO_8859_1);
                assertThat(answer.isEmpty() || answer.startsWith("HTTP/1.1 "))
                        .as("an answer: %s", answer)
                        .isTrue();
                Fuzzing.assertNoFailure(answer);
            });
            fuzzing.assertServes();
        }
    }
}
