package dev.fanfare.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/** Whatever can be published arrives as it was, but for the line ends of its data. */
class RoundTripTest {
    private static final String[] PIECES = {
        "\n",
        "\r",
        "\r\n",
        "\n\r",
        "\0",
        "\uFEFF",
        "\u2028",
        "\u0085",
        "\uD83D\uDE00",
        "\u20AC",
        "\u00E9",
        " ",
        ":",
        "data: ",
        "id: 1",
        "event",
        "retry: 5\n",
        "x",
        "lorem ipsum",
        "\t",
        "\u000B"
    };
    private static final String[] LINE_PIECES = {" ", ":", "#", "\uFEFF", "\u2028", "\uD83D\uDE00", "\u00E9", "a", "id"
    };

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @RepeatedTest(300)
    void whatIsEncodedAndCutAnywhereIsDecodedAsItWas() {
        List<String> expected = new ArrayList<>();
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        if (random.nextInt(4) == 0) {
            wire.writeBytes("\uFEFF".getBytes(StandardCharsets.UTF_8));
        }
        // A stream begins with a comment, so that a byte order mark in the first event is not its first character.
        wire.writeBytes(EventEncoder.HEARTBEAT.payloadText().getBytes(StandardCharsets.UTF_8));
        expected.add("comment []");
        String lastId = "";
        int count = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            Event event = event();
            wire.writeBytes(EventEncoder.encode(event).payloadText().getBytes(StandardCharsets.UTF_8));
            if (event.comment() != null) {
                for (String line : normalised(event.comment()).split("\n", -1)) {
                    expected.add("comment [ " + line + "]");
                }
            }
            if (event.retry() != null) {
                expected.add("retry " + Duration.ofMillis(event.retry().toMillis()));
            }
            lastId = event.id() == null ? lastId : event.id().value();
            if (event.data() != null) {
                String type = event.type() == null ? "message" : event.type();
                expected.add(DecodedStream.line(type, normalised(event.data()), lastId));
            }
        }
        assertThat(decodedInPieces(wire.toByteArray())).as("seed %d", seed).isEqualTo(expected);
    }

    private List<String> decodedInPieces(byte[] bytes) {
        DecodedStream stream = new DecodedStream();
        int largest = 1 + random.nextInt(40);
        for (int at = 0; at < bytes.length; ) {
            int to = Math.min(bytes.length, at + 1 + random.nextInt(largest));
            stream.feed(bytes, at, to);
            at = to;
        }
        return stream.told();
    }

    private Event event() {
        Event.Builder event = Event.builder().data(random.nextInt(8) == 0 ? null : text(PIECES, random.nextInt(12)));
        if (random.nextBoolean()) {
            event.id(text(LINE_PIECES, 1 + random.nextInt(4)));
        }
        if (random.nextBoolean()) {
            event.type(text(LINE_PIECES, 1 + random.nextInt(4)));
        }
        if (random.nextInt(4) == 0) {
            event.comment(text(PIECES, random.nextInt(6)));
        }
        if (random.nextInt(4) == 0) {
            event.retry(Duration.ofMillis(random.nextInt(100_000)));
        }
        return event.build();
    }

    private String text(String[] pieces, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(pieces[random.nextInt(pieces.length)]);
        }
        return text.toString();
    }

    private static String normalised(String text) {
        return text.replace("\r\n", "\n").replace('\r', '\n');
    }
}
