package dev.fanfare.status.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A server on a free port that answers with whatever bytes a test writes, for services that do what no server should. */
final class RawSource implements AutoCloseable {

    /** Answers one request. */
    interface Behaviour {
        void answer(OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final Behaviour behaviour;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<List<String>> requests = new CopyOnWriteArrayList<>();
    /** Open once a client has closed its connection in the middle of an answer. */
    private final CountDownLatch brokenOff = new CountDownLatch(1);

    RawSource(Behaviour behaviour) {
        this(behaviour, InetAddress.getLoopbackAddress());
    }

    RawSource(Behaviour behaviour, InetAddress at) {
        this.behaviour = behaviour;
        try {
            server = new ServerSocket(0, 50, at);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("raw-source", this::accept);
    }

    /** A server that always sends this. */
    static RawSource sending(String bytes) {
        return new RawSource(out -> out.write(bytes.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                sockets.add(socket);
                start("raw-source-connection", () -> serve(socket));
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            List<String> head = new ArrayList<>();
            String line;
            while ((line = in.readLine()) != null && !line.isEmpty()) {
                head.add(line);
            }
            requests.add(head);
            behaviour.answer(socket.getOutputStream());
        } catch (IOException e) {
            brokenOff.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String url(String path) {
        return "http://localhost:" + server.getLocalPort() + path;
    }

    List<List<String>> requests() {
        return requests;
    }

    CountDownLatch brokenOff() {
        return brokenOff;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
