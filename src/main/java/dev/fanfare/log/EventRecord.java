package dev.fanfare.log;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Topic;
import dev.fanfare.event.TraceContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * An event as bytes, in a file or in a log that nodes share.
 *
 * <pre>
 * bytes     meaning
 * 1         version of this layout, 1
 * 1         which parts follow: 1 private, 2 id, 4 type, 8 comment, 16 retry, 32 data, 64 trace
 * 4         number of topics
 * texts     the topics, then id, type, comment, data and trace where they are: each its length in bytes (4), then UTF-8
 * 8         retry in milliseconds, where it is (between comment and data)
 * 4         CRC-32C of all before
 * </pre>
 *
 * Numbers are big-endian. Topics come first, since a reader that looks for topics needs no more of most events.
 *
 * <p>The trace came later: a {@code traceparent}, and behind a space the {@code tracestate} if it is not empty. Readers of before
 * pass over it, since they read no further than the data; what is added next has to come behind it, too.
 */
public final class EventRecord {
    private static final byte VERSION = 1;
    private static final int PRIVATE = 1;
    private static final int ID = 2;
    private static final int TYPE = 4;
    private static final int COMMENT = 8;
    private static final int RETRY = 16;
    private static final int DATA = 32;
    private static final int TRACE = 64;
    private static final int HEAD_BYTES = 6;
    private static final int CHECK_BYTES = 4;

    private EventRecord() {}

    /** The bytes of an event. */
    public static byte[] encode(Event event) {
        EventId id = event.id();
        Duration retry = event.retry();
        List<byte[]> texts = new ArrayList<>(event.topics().size() + 4);
        for (Topic topic : event.topics()) {
            texts.add(utf8(topic.value()));
        }
        int flags = event.isPrivate() ? PRIVATE : 0;
        flags |= add(texts, id == null ? null : id.value(), ID);
        flags |= add(texts, event.type(), TYPE);
        flags |= add(texts, event.comment(), COMMENT);
        int beforeRetry = texts.size();
        flags |= add(texts, event.data(), DATA);
        flags |= add(texts, traceText(event.trace()), TRACE);
        flags |= retry == null ? 0 : RETRY;
        long size = (long) HEAD_BYTES + CHECK_BYTES + (retry == null ? 0 : 8);
        for (byte[] text : texts) {
            size += 4 + text.length;
        }
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(size));
        out.put(VERSION).put((byte) flags).putInt(event.topics().size());
        for (int i = 0; i < texts.size(); i++) {
            if (i == beforeRetry && retry != null) {
                out.putLong(retry.toMillis());
            }
            out.putInt(texts.get(i).length).put(texts.get(i));
        }
        if (beforeRetry == texts.size() && retry != null) {
            out.putLong(retry.toMillis());
        }
        return out.putInt(check(out.array())).array();
    }

    private static int add(List<byte[]> texts, @Nullable String text, int flag) {
        if (text == null) {
            return 0;
        }
        texts.add(utf8(text));
        return flag;
    }

    private static @Nullable String traceText(@Nullable TraceContext trace) {
        if (trace == null) {
            return null;
        }
        return trace.state().isEmpty() ? trace.parent() : trace.parent() + ' ' + trace.state();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int check(byte[] record) {
        CRC32C check = new CRC32C();
        check.update(record, 0, record.length - CHECK_BYTES);
        return (int) check.getValue();
    }

    /**
     * The event of these bytes.
     *
     * @throws IllegalArgumentException if they are not those of an event
     */
    public static Event decode(byte[] record) {
        ByteBuffer in = open(record);
        int flags = in.get();
        List<Topic> topics = readTopics(in);
        EventId id = (flags & ID) == 0 ? null : new EventId(readText(in));
        String type = (flags & TYPE) == 0 ? null : readText(in);
        String comment = (flags & COMMENT) == 0 ? null : readText(in);
        Duration retry = (flags & RETRY) == 0 ? null : Duration.ofMillis(in.getLong());
        String data = (flags & DATA) == 0 ? null : readText(in);
        TraceContext trace = (flags & TRACE) == 0 ? null : trace(readText(in));
        return new Event(id, topics, type, data, comment, retry, (flags & PRIVATE) != 0, trace);
    }

    /** One that can't be read is no reason to lose the event. */
    private static @Nullable TraceContext trace(String text) {
        int space = text.indexOf(' ');
        return space < 0
                ? TraceContext.of(text, null)
                : TraceContext.of(text.substring(0, space), text.substring(space + 1));
    }

    /** The topics of these bytes; like {@link #decode}, for those who need no more. */
    public static List<Topic> topics(byte[] record) {
        ByteBuffer in = open(record);
        in.get();
        return readTopics(in);
    }

    private static ByteBuffer open(byte[] record) {
        if (record.length < HEAD_BYTES + CHECK_BYTES || record[0] != VERSION) {
            throw new IllegalArgumentException("these " + record.length + " bytes are no event");
        }
        ByteBuffer in = ByteBuffer.wrap(record);
        if (in.getInt(record.length - CHECK_BYTES) != check(record)) {
            throw new IllegalArgumentException("the checksum of an event does not fit its bytes");
        }
        return in.position(1);
    }

    private static List<Topic> readTopics(ByteBuffer in) {
        int count = in.getInt();
        List<Topic> topics = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            topics.add(new Topic(readText(in)));
        }
        return topics;
    }

    private static String readText(ByteBuffer in) {
        ByteBuffer text = in.slice().limit(in.getInt(in.position()) + 4).position(4);
        in.position(in.position() + text.limit());
        return StandardCharsets.UTF_8.decode(text).toString();
    }
}
