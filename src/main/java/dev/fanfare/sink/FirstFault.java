package dev.fanfare.sink;

import java.util.concurrent.atomic.AtomicBoolean;

/** Logs the first fault of a kind as a warning; each stream would tell the same again. Thread-safe. */
final class FirstFault {
    private final System.Logger log;
    private final String words;
    private final AtomicBoolean told = new AtomicBoolean();

    FirstFault(Class<?> user, String words) {
        this.log = System.getLogger(user.getName());
        this.words = words;
    }

    void note(RuntimeException fault) {
        boolean first = told.compareAndSet(false, true);
        log.log(first ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG, words, fault);
    }
}
