package dev.fanfare.server.grizzly;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Many clients of {@code GET /stream} with one thread to read for them all. Each counts the marks among what it gets, so a
 * test puts one into each event. Thread-safe.
 */
final class Crowd implements AutoCloseable {
    /** The mark. */
    static final char MARK = '!';

    private static final int RECEIVE_BYTES = 8 * 1024;

    /** One client. */
    private static final class Member {
        private final SocketChannel channel;
        private volatile int marks;
        private volatile boolean ended;

        Member(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private final Selector selector;
    private final List<Member> members = new ArrayList<>();

    /** So many clients that have sent their requests. */
    Crowd(int port, int count) {
        try {
            selector = Selector.open();
            for (int i = 0; i < count; i++) {
                members.add(member(port));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Member member(int port) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BYTES);
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.write(
                ByteBuffer.wrap("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
        return new Member(channel);
    }

    /** All clients but the first {@code stalled} read from now on. */
    Crowd readBut(int stalled) {
        try {
            for (Member member : members.subList(stalled, members.size())) {
                member.channel.register(selector, SelectionKey.OP_READ, member);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread reader = new Thread(this::read, "crowd");
        reader.setDaemon(true);
        reader.start();
        return this;
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        try {
            while (selector.isOpen()) {
                selector.select(key -> {
                    if (key.attachment() instanceof Member member) {
                        read(member, buffer);
                    }
                });
            }
        } catch (IOException | ClosedSelectorException e) {
            members.forEach(member -> member.ended = true);
        }
    }

    private static void read(Member member, ByteBuffer buffer) {
        try {
            int count = member.channel.read(buffer.clear());
            int marks = 0;
            for (int i = 0; i < count; i++) {
                marks += buffer.get(i) == MARK ? 1 : 0;
            }
            member.marks += marks;
            if (count < 0) {
                end(member);
            }
        } catch (IOException e) {
            end(member);
        }
    }

    private static void end(Member member) {
        member.ended = true;
        try {
            member.channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many clients have got exactly so many marks, and are connected. */
    long withMarks(int count) {
        return members.stream()
                .filter(member -> member.marks == count && !member.ended)
                .count();
    }

    /** All clients break their connections. */
    void reset() {
        try {
            for (Member member : members) {
                member.channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close();
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        members.forEach(Crowd::end);
    }
}
