package dev.fanfare.server;

import org.jspecify.annotations.Nullable;

/**
 * The end by SIGTERM or Ctrl-C: what runs is closed, for at most {@value #MOST_MS} ms, and the process leaves with status 0. A
 * JVM by itself would leave with 143 or 130 then, which supervisors take for a failure. Where a thread of the service ends by
 * an error, the process ends in the same way, but with status 1. Thread-safe.
 */
final class Ending {
    /** How long closing may take. */
    static final int MOST_MS = 1900;

    private static final int BROKEN = 1;
    private static final String OUR_THREADS = "fanfare-";

    private final Thread hook = new Thread(this::end, "fanfare-end");
    private volatile boolean isEnding;
    private volatile int status;
    private volatile @Nullable AutoCloseable running;

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
            System.getLogger(Ending.class.getName())
                    .log(
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

    /** Sets what is to be closed. */
    void closes(AutoCloseable server) {
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
        Runtime.getRuntime().halt(status);
    }

    private void close() {
        AutoCloseable server = running;
        if (server == null) {
            return;
        }
        try {
            server.close();
        } catch (Exception e) {
            System.getLogger(Ending.class.getName())
                    .log(System.Logger.Level.WARNING, "The server did not close well", e);
        }
    }
}
