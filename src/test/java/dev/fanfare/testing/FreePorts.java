package dev.fanfare.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/*
 * A test names a port, and the process that it starts listens there a moment later. Meanwhile nobody else may take it: no
 * connection that leaves this machine, since the ports lie below those that the kernel gives to such; and no other test, here
 * or in another JVM, since each port that was given is locked in a file for as long as its JVM lives.
 */
/** Ports that nobody listens on, for processes that have to be told theirs before they start. Thread-safe. */
public final class FreePorts {
    private static final int FIRST = 15_000;
    private static final int COUNT = 17_000;

    private static final List<FileLock> LOCKS = new ArrayList<>();
    private static int next = ThreadLocalRandom.current().nextInt(COUNT);

    private FreePorts() {}

    /** A port of this machine that nobody listens on, and that is given to no other test. */
    public static synchronized int take() {
        try {
            for (int i = 0; i < COUNT; i++) {
                int port = FIRST + next++ % COUNT;
                if (isLocked(port) && isFree(port)) {
                    return port;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("No port from " + FIRST + " to " + (FIRST + COUNT - 1) + " is free");
    }

    private static boolean isLocked(int port) throws IOException {
        FileLock lock = Locks.CHANNEL.tryLock(port, 1, false);
        return lock != null && LOCKS.add(lock);
    }

    private static boolean isFree(int port) {
        try (ServerSocket tried = new ServerSocket(port)) {
            return tried.isBound();
        } catch (IOException e) {
            return false; // somebody else has it
        }
    }

    /** One for all, since a JVM loses the locks on a file when it closes any channel of it. */
    private static final class Locks {
        static final FileChannel CHANNEL = open();

        private static FileChannel open() {
            try {
                return FileChannel.open(
                        Path.of(System.getProperty("java.io.tmpdir"), "fanfare-test-ports"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
