package dev.fanfare.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The end by SIGTERM or Ctrl-C: what runs takes leave, for as long as it says itself, unless a second signal cuts that short;
 * then it is closed, for at most {@value #MOST_MS} ms, and the process leaves with status 0. A JVM by itself would leave with 143
 * or 130 then, which supervisors take for a failure. Where a thread of the service ends by an error, the process ends at once in
 * the same way, but with status 1. Thread-safe.
 */
final class Ending {
    /** What can take leave of its clients before it is closed. */
    interface Leaving extends AutoCloseable {
        /** How long leaving takes at most. */
        Duration longestLeave();

        /** Takes leave; an interrupt ends that at once. */
        void leave() throws InterruptedException;

        @Override
        void close();

        /** The status of a process that a signal ends. */
        default int exitStatus() {
            return 0;
        }
    }

    /** How long closing may take. */
    static final int MOST_MS = 1900;

    private static final System.Logger LOG = System.getLogger(Ending.class.getName());
    private static final int BROKEN = 1;
    private static final String OUR_THREADS = "fanfare-";

    private final Thread hook = new Thread(this::end, "fanfare-end");
    private volatile boolean isEnding;
    private volatile int status;
    private volatile @Nullable Leaving running;

    private Ending() {}

    /** From now on a signal ends the process so. */
    static Ending onSignal() {
        Ending ending = new Ending();
        Runtime.getRuntime().addShutdownHook(ending.hook);
        return ending;
    }

    /** From now on an error that ends a thread of the service ends the process, so that its supervisor starts it again. */
    void onLostThread() {
        Thread.setDefaultUncaughtExceptionHandler(this::lost);
    }

    private void lost(Thread thread, Throwable error) {
        boolean isOurs = thread.getName().startsWith(OUR_THREADS);
        try {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "The thread " + thread.getName() + " has ended by an error"
                            + (isOurs ? "; the process ends with status " + BROKEN : ""),
                    error);
        } finally {
            if (isOurs && !isEnding) {
                exit();
            }
        }
    }

    private void exit() {
        status = BROKEN;
        try {
            System.exit(BROKEN); // the hook halts with the status
        } finally { // no memory to begin the hook
            Runtime.getRuntime().halt(BROKEN);
        }
    }

    /** Sets what is to take leave and to be closed. */
    void closes(Leaving server) {
        running = server;
    }

    /** Takes it back: the process leaves by itself, with another status. */
    void cancel() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // A signal was faster: the hook runs, and decides.
        }
    }

    /*
     * On a thread of its own, since closing may hang. Hooks run side by side and System.exit would wait for them, so only
     * halt sets the status.
     */
    private void end() {
        isEnding = true;
        leave();
        Thread closing = new Thread(this::close, "fanfare-close");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(MOST_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.flush();
        System.err.flush();
        Leaving ended = running;
        Runtime.getRuntime().halt(status != 0 || ended == null ? status : ended.exitStatus());
    }

    /** On a thread of its own, to be interrupted alone. */
    private void leave() {
        Leaving server = running;
        if (server == null || status != 0 || server.longestLeave().isZero()) {
            return;
        }
        Thread leaving = new Thread(() -> leave(server), "fanfare-leave");
        leaving.setDaemon(true);
        Signals.secondRuns(leaving::interrupt);
        leaving.start();
        try {
            leaving.join(server.longestLeave().toMillis() + MOST_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void leave(Leaving server) {
        try {
            server.leave();
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.INFO, "A second signal ends the drain; the server closes now");
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "The server did not drain well; it closes now", e);
        }
    }

    private void close() {
        Leaving server = running;
        if (server == null) {
            return;
        }
        try {
            server.close();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "The server did not close well", e);
        }
    }
}
