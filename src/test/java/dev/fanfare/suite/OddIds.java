package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/** Ids that a publisher may give and that a header, a query or a proxy might change on the way. */
final class OddIds {
    private static final String HUB = HubSubject.HUB;
    private static final String SIGNS =
            "abzAZ019 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u00a0\u00e9\u00ff\u0100\u20ac\u3042\ufeff\ufffd";
    private static final List<String> FIXED = List.of(
            "a b",
            "a  b",
            "1,2",
            "a,",
            ",",
            "\"q\"",
            "a;b=c",
            "%41",
            "%",
            "+",
            "a+b",
            "&x=1",
            "\u00c3\u00a9",
            "\u00e9",
            "\ud83d\ude00",
            "\ufeffx",
            "x\ufeff",
            "\u200bx\u200b",
            "x#y",
            "null",
            "urn:uuid:1",
            "x".repeat(1024));

    private final int port;

    private OddIds(int port) {
        this.port = port;
    }

    /**
     * Publishes fixed and random ids to the topic {@code a}, and asks the server or proxy on a port to go on from each that was
     * accepted, by header and by query, over both versions of HTTP.
     */
    static void assertEachAcceptedOneIsResumed(int port, Function<String, RawHttp.Answer> publish) throws IOException {
        new OddIds(port).assertResumed(publish);
    }

    private void assertResumed(Function<String, RawHttp.Answer> publish) throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> accepted = new ArrayList<>();
        for (String id : generated(random)) {
            RawHttp.Answer answer = publish.apply(id);
            if (answer.status() == 200) {
                accepted.add(id);
            } else {
                assertThat(answer.status()).as("seed %s, id '%s'", seed, id).isEqualTo(400);
                assertThat(id.startsWith("#") || !id.equals(id.strip()) || !noSpaceAtAnEnd(id))
                        .as("seed %s, id '%s': %s", seed, id, answer.body())
                        .isTrue();
            }
        }
        assertThat(accepted).containsAll(FIXED);
        for (String id : accepted) {
            for (String version : List.of("HTTP/1.1", "HTTP/1.0")) {
                String how = "seed " + seed + ", " + version + ", id '" + id + "'";
                String header = "Last-Event-ID: " + id + "\r\n";
                assertResumed(headOf(version, HUB + "?topic=a", header), id, how + " by header");
                String query = "&lastEventID=" + URLEncoder.encode(id, StandardCharsets.UTF_8);
                assertResumed(headOf(version, HUB + "?topic=a" + query, ""), id, how + " by query");
            }
        }
    }

    private static Set<String> generated(Random random) {
        Set<String> ids = new LinkedHashSet<>(FIXED);
        int[] signs = SIGNS.codePoints().toArray();
        while (ids.size() < FIXED.size() + 60) {
            StringBuilder id = new StringBuilder();
            int length = 1 + random.nextInt(12);
            for (int i = 0; i < length; i++) {
                id.appendCodePoint(signs[random.nextInt(signs.length)]);
            }
            ids.add(id.toString());
        }
        return ids;
    }

    private String headOf(String version, String target, String headers) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(60_000);
            String request = "GET " + target + " " + version + "\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
                    + headers + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            int b;
            while (head.indexOf("\r\n\r\n") < 0 && (b = in.read()) >= 0) {
                head.append((char) b);
            }
            return new String(head.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }
    }

    /** A stream that goes on right after an id says so in its head; of an unknown one it says something else. */
    private static void assertResumed(String head, String id, String how) {
        assertThat(head).as(how).startsWith("HTTP/1.").contains(" 200 ");
        assertThat(head).as(how).containsIgnoringCase("\r\nLast-Event-ID: " + id + "\r\n");
    }

    private static boolean noSpaceAtAnEnd(String id) {
        return !Character.isSpaceChar(id.codePointAt(0)) && !Character.isSpaceChar(id.codePointBefore(id.length()));
    }
}
