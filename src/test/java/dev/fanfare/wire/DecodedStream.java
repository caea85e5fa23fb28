package dev.fanfare.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A stream that is decoded as a test feeds it; what the decoder tells is written down, a line a call. */
final class DecodedStream implements EventDecoder.Handler {
    private final EventDecoder decoder;
    private final List<String> told = new ArrayList<>();
    private final List<Duration> retries = new ArrayList<>();

    DecodedStream() {
        this(1 << 20);
    }

    DecodedStream(int maxEventBytes) {
        decoder = new EventDecoder(this, maxEventBytes);
    }

    DecodedStream feed(String text) {
        decoder.feed(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    DecodedStream feed(byte[] bytes, int from, int to) {
        decoder.feed(ByteBuffer.wrap(bytes, from, to - from));
        return this;
    }

    DecodedStream feedBytes(int... values) {
        for (int value : values) {
            decoder.feed(ByteBuffer.wrap(new byte[] {(byte) value}));
        }
        return this;
    }

    List<String> told() {
        return told;
    }

    List<Duration> retries() {
        return retries;
    }

    String lastEventId() {
        return decoder.lastEventId();
    }

    @Override
    public void event(String type, String data, String lastEventId) {
        told.add(line(type, data, lastEventId));
    }

    static String line(String type, String data, String lastEventId) {
        return "event " + type + " [" + data + "] id=" + lastEventId;
    }

    @Override
    public void retry(Duration delay) {
        retries.add(delay);
        told.add("retry " + delay);
    }

    @Override
    public void comment(String text) {
        told.add("comment [" + text + "]");
    }
}
