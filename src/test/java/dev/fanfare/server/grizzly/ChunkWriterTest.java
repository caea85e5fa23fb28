package dev.fanfare.server.grizzly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.stream.Batch;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** Frames to a socket that takes any number of bytes at a time. */
class ChunkWriterTest {
    private final Random random = new Random(11);

    /** A socket that has room for so many bytes each time. */
    private static final class Scripted extends ChunkWriter {
        private final IntSupplier room;
        private final ByteArrayOutputStream got = new ByteArrayOutputStream();
        private int sends;

        Scripted(IntSupplier room) {
            this.room = room;
        }

        @Override
        int send(ByteBuffer bytes) {
            sends++;
            byte[] some = new byte[Math.min(room.getAsInt(), bytes.remaining())];
            bytes.get(some);
            got.writeBytes(some);
            return some.length;
        }

        /** Writes batches as a stream does, as often as it takes; what is accounted for is checked on the way. */
        void writeAll(List<Batch> batches) throws IOException {
            long offered = 0;
            for (Batch batch : batches) {
                for (int from = 0; from < batch.size(); ) {
                    int taken = writeChunks(batch, from);
                    for (int i = from; i < from + taken; i++) {
                        offered += batch.frame(i).chunkBytes();
                    }
                    assertThat(pending()).isEqualTo(offered - got.size());
                    assertThat(half() == null).isEqualTo(pending() == 0);
                    assertThat(half()).isIn(null, taken == 0 ? null : batch.frame(from + taken - 1));
                    from += taken;
                    assertThat(isRefused() || from == batch.size()).isTrue();
                    for (int i = 0; isRefused(); i++) {
                        assertThat(writeOn()).isEqualTo(!isRefused());
                        assertThat(i).isLessThan(10_000_000);
                    }
                    assertThat(pending()).isZero();
                }
            }
            assertThat(accepted()).isEqualTo(got.size());
        }
    }

    private List<Frame> frames(int count, int most) {
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            frames.add(EventEncoder.encode(Event.of(i + ":" + "x".repeat(random.nextInt(most)))));
        }
        return frames;
    }

    private static byte[] chunksOf(List<Frame> frames) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Frame frame : frames) {
            ByteBuffer chunk = frame.chunk();
            byte[] bytes = new byte[chunk.remaining()];
            chunk.get(bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    @Test
    void aBatchIsOneWrite() throws IOException {
        List<Frame> frames = frames(100, 300);
        Scripted socket = new Scripted(() -> Integer.MAX_VALUE);
        socket.writeAll(List.of(Batch.of(frames)));
        assertThat(socket.got.toByteArray()).isEqualTo(chunksOf(frames));
        assertThat(socket.sends).isEqualTo(1);
    }

    @Test
    void theSameBatchServesManyClients() throws IOException {
        List<Frame> frames = frames(100, 300);
        List<Batch> batches = List.of(Batch.of(frames));
        for (int i = 0; i < 10; i++) {
            Scripted other = new Scripted(() -> 1 + random.nextInt(3000));
            other.writeAll(batches);
            assertThat(other.got.toByteArray()).isEqualTo(chunksOf(frames));
        }
    }

    @Test
    void aBatchCutAtEveryByteArrivesWhole() throws IOException {
        List<Frame> frames = frames(9, 20);
        byte[] expected = chunksOf(frames);
        for (int cut = 0; cut <= expected.length; cut++) {
            int first = cut;
            int[] call = {0};
            Scripted socket = new Scripted(() -> call[0]++ == 0 ? first : Integer.MAX_VALUE);
            socket.writeAll(List.of(Batch.of(frames)));
            assertThat(socket.got.toByteArray()).as("cut at " + cut).isEqualTo(expected);
        }
    }

    @Test
    void aByteAtATimeIsEnough() throws IOException {
        List<Frame> frames = frames(20, 50);
        Scripted socket = new Scripted(() -> 1);
        socket.writeAll(List.of(Batch.of(frames), Batch.of(frames)));
        List<Frame> twice = new ArrayList<>(frames);
        twice.addAll(frames);
        assertThat(socket.got.toByteArray()).isEqualTo(chunksOf(twice));
    }

    @Test
    void framesLongerThanWhatIsGatheredArriveWhole() throws IOException {
        for (int round = 0; round < 20; round++) {
            List<Frame> frames = frames(8, 300_000);
            Scripted socket = new Scripted(() -> random.nextInt(200_000));
            socket.writeAll(List.of(Batch.of(frames)));
            assertThat(socket.got.toByteArray()).isEqualTo(chunksOf(frames));
        }
    }

    @Test
    void anyRoomLetsAllThroughInOrder() throws IOException {
        for (int round = 0; round < 300; round++) {
            List<Frame> all = new ArrayList<>();
            List<Batch> batches = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                List<Frame> some = frames(1 + random.nextInt(60), 1 + random.nextInt(4000));
                all.addAll(some);
                batches.add(Batch.of(some));
            }
            int most = 1 + random.nextInt(90_000);
            Scripted socket = new Scripted(() -> random.nextInt(most + 1));
            socket.writeAll(batches);
            assertThat(socket.got.toByteArray()).as("round " + round).isEqualTo(chunksOf(all));
        }
    }
}
