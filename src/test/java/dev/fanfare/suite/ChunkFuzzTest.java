package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Chunked bodies in all forms that RFC 9112, 7.1 allows are published whole and keep their connection; of those that are spoilt
 * nothing is published, and nothing behind them is served.
 */
@Timeout(7200)
class ChunkFuzzTest {
    private static final int LEAST_CASES = 200;
    private static final int MOST_READ = 500;
    private static final String FORM = "topic=fuzz&data=";
    private static final String HEAD = "POST " + HubSubject.HUB + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
            + HubSubject.FORM + "\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String NEXT = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    /** What no reader may take for framing of its own. Each spoils a body that is well formed otherwise. */
    private static final String[] SPOILT_SIZES = {
        "",
        "g",
        "-1",
        "+1",
        "0x1",
        " 1",
        "1 2",
        "1 x",
        "1\u0000",
        "1\n",
        "\r\n1",
        "1;a\u0001",
        "1;\n",
        ";a",
        "1\r",
        "\u00b2",
        "1".repeat(16),
        "1\u000b",
        "_1",
        "1,",
        "1=a",
        "1\"",
        "\t1"
    };

    private EventStream stream;
    private int read;

    @Test
    void chunksAreReadByTheStandardAndNothingElseIs() throws IOException {
        try (GrizzlyHost host = GrizzlyHost.start(
                Map.of("fanfare.auth.anonymous-publish", "true", "fanfare.history.store", "memory"))) {
            stream = open(host);
            Fuzzing fuzzing = new Fuzzing(host, 1);
            fuzzing.run(LEAST_CASES, random -> {
                if (random.nextBoolean()) {
                    published(host, random);
                } else {
                    refused(host, random);
                }
            });
            fuzzing.assertServes();
            stream.close();
        }
    }

    private static EventStream open(GrizzlyHost host) {
        EventStream stream = EventStream.open(host.port(), HubSubject.HUB + "?topic=fuzz");
        stream.awaitText("retry: ");
        return stream;
    }

    /** The next event's data. A reader keeps all that it has read, so that it is a new one now and then. */
    private String next(GrizzlyHost host) {
        String data = stream.next().data();
        if (++read % MOST_READ == 0) {
            stream.close();
            stream = open(host);
        }
        return data;
    }

    /** Two such requests and another one on one connection; the events arrive as they were sent. */
    private void published(GrizzlyHost host, Random random) throws IOException {
        String first = text(random);
        String second = text(random);
        String answers = exchange(
                host, HEAD + chunked(FORM + first, random) + HEAD + chunked(FORM + second, random) + NEXT, random);
        assertThat(answers.split("HTTP/1\\.1 200 ", -1)).as(answers).hasSize(4);
        assertThat(answers).contains("UP");
        assertThat(next(host)).isEqualTo(first);
        assertThat(next(host)).isEqualTo(second);
    }

    private static void refused(GrizzlyHost host, Random random) throws IOException {
        String answers = exchange(host, HEAD + spoilt(FORM + text(random), random) + NEXT, random);
        assertThat(answers)
                .startsWith("HTTP/1.1 400 ")
                .containsOnlyOnce("HTTP/1.1 ")
                .contains("Connection: close", "\"detail\":")
                .doesNotContain("UP");
    }

    private static String exchange(GrizzlyHost host, String bytes, Random random) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port());
        Fuzzing.send(socket, bytes.getBytes(StandardCharsets.ISO_8859_1), random);
        String answers = new String(Fuzzing.toEnd(socket), StandardCharsets.ISO_8859_1);
        Fuzzing.assertNoFailure(answers);
        return answers;
    }

    private static String text(Random random) {
        int length = random.nextInt(4) == 0 ? random.nextInt(30_000) : 1 + random.nextInt(60);
        return random.ints(Math.max(1, length), 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** In parts of any size, in any way that the standard has. */
    private static String chunked(String body, Random random) {
        StringBuilder all = new StringBuilder();
        for (int from = 0; from < body.length(); ) {
            int to = Math.min(body.length(), from + 1 + random.nextInt(body.length()));
            all.append(size(to - from, random))
                    .append("\r\n")
                    .append(body, from, to)
                    .append("\r\n");
            from = to;
        }
        all.append("0".repeat(1 + random.nextInt(3))).append(extension(random)).append("\r\n");
        for (int i = random.nextInt(3); i > 0; i--) {
            all.append("X-Trailer")
                    .append(i)
                    .append(": ")
                    .append(text(random), 0, 1)
                    .append("\r\n");
        }
        return all.append("\r\n").toString();
    }

    private static String size(int bytes, Random random) {
        String hex = Integer.toHexString(bytes);
        return "0".repeat(random.nextInt(3))
                + (random.nextBoolean() ? hex.toUpperCase(java.util.Locale.ROOT) : hex)
                + extension(random);
    }

    private static String extension(Random random) {
        String[] some = {"", "", "", ";a", ";a=b", ";a=\"b c\"", " ;a", "\t; a = b", ";a;b=\"\\\"\";c", ";\u00e4"};
        return some[random.nextInt(some.length)];
    }

    private static String spoilt(String body, Random random) {
        String sound = chunked(body, random);
        int size = Math.max(1, body.length() / 2);
        String half = Integer.toHexString(size) + "\r\n" + body.substring(0, size);
        return switch (random.nextInt(6)) {
            case 0 -> SPOILT_SIZES[random.nextInt(SPOILT_SIZES.length)] + "\r\nx\r\n0\r\n\r\n";
            case 1 -> half + "\r\n" + SPOILT_SIZES[random.nextInt(SPOILT_SIZES.length)] + "\r\nx\r\n0\r\n\r\n";
            case 2 -> half + "\n0\r\n\r\n"; // the data ends with LF alone
            case 3 -> half + "x\r\n0\r\n\r\n"; // there is more of it than was said
            case 4 -> half + "\r\n0;" + "e".repeat(9000) + "\r\n\r\n"; // more than is ignored
            default -> sound.substring(0, sound.length() - 2) + "X: a\u0000b\r\n\r\n"; // no trailer
        };
    }
}
