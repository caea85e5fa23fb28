package dev.fanfare.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes bytes on between a client and a server on this machine, until it is told to stall: connections then stay open, silent. */
public final class StallingProxy implements AutoCloseable {
    private final ServerSocket listening;
    private volatile int to;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final Object gate = new Object();
    private boolean stalled;
    private boolean swallowsAnswers;

    /** A proxy to a port, on a free one. */
    public StallingProxy(int to) throws IOException {
        this.to = to;
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    /** The port on the loopback interface. */
    public int port() {
        return listening.getLocalPort();
    }

    /** How many connections clients have made so far. */
    public int connections() {
        return connections.get();
    }

    /** Nothing is passed on any more, in either direction. */
    public void stall() {
        synchronized (gate) {
            stalled = true;
        }
    }

    /** Requests still arrive, and no answer comes back. */
    public void swallowAnswers() {
        synchronized (gate) {
            swallowsAnswers = true;
        }
    }

    /** What was held up is passed on. */
    public void goOn() {
        synchronized (gate) {
            stalled = false;
            swallowsAnswers = false;
            gate.notifyAll();
        }
    }

    /** Connections end, and new ones go to another port. */
    public void leadTo(int port) throws IOException {
        to = port;
        cut();
    }

    /** Connections end. */
    public void cut() throws IOException {
        for (Socket each : sockets) {
            each.close();
        }
        sockets.clear();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "stalling-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listening.isClosed()) {
            Socket client;
            try {
                client = listening.accept();
            } catch (IOException e) {
                if (listening.isClosed()) {
                    return;
                }
                throw new UncheckedIOException(e);
            }
            connections.incrementAndGet();
            sockets.add(client);
            try {
                Socket server = new Socket(InetAddress.getLoopbackAddress(), to);
                sockets.add(server);
                start(() -> pass(client, server, false));
                start(() -> pass(server, client, true));
            } catch (IOException e) {
                end(client); // as a connection to a server that is not there
            }
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pass(Socket from, Socket target, boolean answers) {
        byte[] buffer = new byte[8192];
        try (from;
                target) {
            InputStream in = from.getInputStream();
            OutputStream out = target.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (mayPass(answers)) {
                    out.write(buffer, 0, read);
                }
            }
        } catch (IOException e) {
            // one of the two has closed; so does the other
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits while it is stalled; whether what was read goes on. */
    private boolean mayPass(boolean answers) throws InterruptedException {
        synchronized (gate) {
            while (stalled) {
                gate.wait();
            }
            return !(answers && swallowsAnswers);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        goOn();
        for (Socket each : sockets) {
            each.close();
        }
    }
}
