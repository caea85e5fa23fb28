package dev.fanfare.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.event.EventId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameTest {

    private static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] payload(int length) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        return payload;
    }

    /** RFC 9112, section 7.1: chunk-size in hex, CRLF, chunk-data, CRLF. */
    @Test
    void theChunkIsAnHttpChunkAroundThePayload() {
        for (int length : new int[] {1, 9, 10, 15, 16, 17, 255, 256, 4095, 4096, 70_000, 1 << 20}) {
            byte[] payload = payload(length);
            byte[] chunk = bytesOf(new Frame(payload, length, 1).chunk());
            int lineEnd = 0;
            while (chunk[lineEnd] != '\r') {
                lineEnd++;
            }
            assertThat(chunk[lineEnd + 1]).isEqualTo((byte) '\n');
            String size = new String(chunk, 0, lineEnd, StandardCharsets.US_ASCII);
            assertThat(size).matches("[1-9a-f][0-9a-f]*");
            assertThat(Integer.parseInt(size, 16)).isEqualTo(length);
            assertThat(Arrays.copyOfRange(chunk, lineEnd + 2, lineEnd + 2 + length))
                    .isEqualTo(payload);
            assertThat(Arrays.copyOfRange(chunk, lineEnd + 2 + length, chunk.length))
                    .isEqualTo(new byte[] {'\r', '\n'});
        }
    }

    @Test
    void aFrameIsNeverTheChunkThatEndsABody() {
        assertThatThrownBy(() -> new Frame(new byte[8], 0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void thePayloadIsCopied() {
        byte[] payload = {'a', 'b', 'c'};
        Frame frame = new Frame(payload, 2, 1);
        payload[0] = 'x';
        assertThat(frame.payloadText()).isEqualTo("ab");
        assertThat(frame.payloadBytes()).isEqualTo(2);
    }

    @Test
    void twoFramesInOneAreOneChunk() {
        Frame both = EventEncoder.opening(Duration.ofMillis(200)).followedBy(EventEncoder.idOnly(new EventId("7")));
        assertThat(new String(bytesOf(both.chunk()), StandardCharsets.UTF_8))
                .isEqualTo("14\r\n:\nretry: 200\nid: 7\n\n\r\n");
    }

    @Test
    void everyFormHasTheSamePayload() throws IOException {
        byte[] payload = payload(300);
        Frame frame = new Frame(payload, 300, 1);
        assertThat(bytesOf(frame.payload())).isEqualTo(payload);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        frame.writePayloadTo(whole);
        assertThat(whole.toByteArray()).isEqualTo(payload);
        ByteArrayOutputStream shorter = new ByteArrayOutputStream();
        frame.writePayloadWithoutLastByteTo(shorter);
        assertThat(shorter.toByteArray()).isEqualTo(Arrays.copyOf(payload, 299));
    }

    @Test
    void nobodyCanWriteToAView() {
        Frame frame = new Frame(payload(3), 3, 1);
        assertThat(frame.payload().isReadOnly()).isTrue();
        assertThat(frame.chunk().isReadOnly()).isTrue();
    }

    @Test
    void viewsDoNotShareTheirPlace() {
        Frame frame = new Frame(payload(3), 3, 1);
        frame.chunk().get();
        frame.payload().get();
        assertThat(frame.chunk().position()).isZero();
        assertThat(frame.payload().remaining()).isEqualTo(3);
    }

    @Test
    void theChunkCanBePutPieceByPiece() {
        Frame frame = new Frame(payload(300), 300, 1);
        byte[] whole = bytesOf(frame.chunk());
        assertThat(frame.chunkBytes()).isEqualTo(whole.length);
        for (int room = 1; room <= whole.length + 1; room++) {
            ByteBuffer all = ByteBuffer.allocate(whole.length);
            for (int from = 0; from < whole.length; ) {
                ByteBuffer piece = ByteBuffer.allocate(room);
                int count = frame.putChunk(piece, from);
                assertThat(count).isEqualTo(Math.min(room, whole.length - from));
                all.put(piece.flip());
                from += count;
            }
            assertThat(all.array()).isEqualTo(whole);
        }
    }

    @Test
    void aRenditionIsMadeOnce() {
        Frame frame = new Frame(payload(3), 3, 1);
        Object first = frame.rendition(made -> new Object());
        assertThat(frame.rendition(made -> new Object())).isSameAs(first);
    }

    @Test
    void whatAFrameRetainsIsMoreThanItsPayload() {
        assertThat(new Frame(payload(100), 100, 1).retainedBytes()).isGreaterThan(100 + Frame.OVERHEAD_BYTES);
    }
}
