package dev.fanfare.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The limit: one thread, one selector, one write of one ready frame for each client and event. It keeps nothing, checks
 * nothing, and drops a client that takes no whole frame.
 */
final class BareServer {
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final byte[] OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Selector selector = Selector.open();
    private final Map<String, List<SocketChannel>> clients = new HashMap<>();
    private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);

    private BareServer() throws IOException {}

    public static void main(String[] arguments) throws IOException {
        new BareServer().serve(Integer.parseInt(arguments[0]));
    }

    private void serve(int port) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            System.out.println("http://127.0.0.1:" + server.socket().getLocalPort());
            while (server.isOpen()) {
                selector.select(key -> {
                    if (key.isAcceptable()) {
                        accept(server);
                    } else {
                        read(key);
                    }
                });
            }
        }
    }

    private void accept(ServerSocketChannel server) {
        try {
            SocketChannel channel;
            while ((channel = server.accept()) != null) {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.register(selector, SelectionKey.OP_READ, new StringBuilder());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void read(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        StringBuilder request = (StringBuilder) key.attachment();
        try {
            input.clear();
            if (channel.read(input) < 0) {
                leave(channel);
                return;
            }
            request.append(StandardCharsets.ISO_8859_1.decode(input.flip()));
            int length = lengthOf(request);
            if (length > 0 && request.length() >= length) {
                answer(channel, request.substring(0, length));
                request.delete(0, length);
            }
        } catch (IOException e) {
            leave(channel);
        }
    }

    /** The length of a request that is there whole; 0 if its head is not. */
    private static int lengthOf(StringBuilder request) {
        int headEnd = request.indexOf("\r\n\r\n");
        if (headEnd < 0) {
            return 0;
        }
        int length = request.indexOf("Content-Length: ");
        return headEnd
                + 4
                + (length < 0 ? 0 : Integer.parseInt(request.substring(length + 16, request.indexOf("\r\n", length))));
    }

    private void answer(SocketChannel channel, String request) throws IOException {
        String topic = request.substring(request.indexOf('=') + 1, request.indexOf(" HTTP"));
        if (request.startsWith("GET")) {
            channel.write(ByteBuffer.wrap(HEAD.getBytes(StandardCharsets.US_ASCII)));
            clients.computeIfAbsent(topic, none -> new ArrayList<>()).add(channel);
            return;
        }
        publish(topic, request.substring(request.indexOf("\r\n\r\n") + 4));
        channel.write(ByteBuffer.wrap(OK));
    }

    private void publish(String topic, String data) {
        String event = "data: " + data + "\n\n";
        byte[] chunk =
                (Integer.toHexString(event.length()) + "\r\n" + event + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer frame = ByteBuffer.allocateDirect(chunk.length).put(chunk).flip();
        clients.getOrDefault(topic, List.of()).removeIf(client -> !write(client, frame));
    }

    private static boolean write(SocketChannel client, ByteBuffer frame) {
        try {
            client.write(frame.rewind());
            if (!frame.hasRemaining()) {
                return true;
            }
            client.close();
        } catch (IOException e) {
            leave(client);
        }
        return false;
    }

    private static void leave(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
