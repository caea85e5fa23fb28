package dev.fanfare.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Something between a client and a server on this machine that does not do its work well. */
final class Proxy implements AutoCloseable {
    /** How the answers of one connection are passed on. */
    private interface Passing {
        void pass(InputStream from, OutputStream to, int connection) throws IOException;
    }

    private final ServerSocket listening;
    private final int port;
    private final Passing passing;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    private Proxy(int port, Passing passing) throws IOException {
        this.port = port;
        this.passing = passing;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    /** Lets the first request through and closes the connection in place of its answer. */
    static Proxy losingTheFirstAnswer(int port) throws IOException {
        return new Proxy(port, (from, to, connection) -> {
            if (connection > 1) {
                from.transferTo(to);
            } else if (from.read() < 0) {
                throw new IOException("the server did not answer");
            }
        });
    }

    /** Passes answers on, but a stream only to the end of its head: the rest waits for an amount that never comes. */
    static Proxy holdingAnswersBack(int port) throws IOException {
        return new Proxy(port, (from, to, connection) -> {
            StringBuilder passed = new StringBuilder();
            int next;
            while ((next = from.read()) >= 0) {
                to.write(next);
                passed.append((char) next);
                boolean endOfHead = next == '\n' && passed.toString().endsWith("\r\n\r\n");
                if (endOfHead && passed.indexOf("text/event-stream") >= 0) {
                    from.readNBytes(1 << 20);
                }
            }
        });
    }

    String url() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "test-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                open.addAll(List.of(client, server));
                int number = connections.incrementAndGet();
                start(() -> run(client, server, (from, to, ignored) -> from.transferTo(to), number));
                start(() -> run(server, client, passing, number));
            }
        } catch (IOException e) {
            // closed: the test is over
        }
    }

    private static void run(Socket from, Socket to, Passing how, int number) {
        try (from;
                to) {
            how.pass(from.getInputStream(), to.getOutputStream(), number);
        } catch (IOException e) {
            // one of the two left, which ends the other
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
