package dev.fanfare.webapp;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps a false alarm out of the server's log: Jersey warns that resources which are registered as objects will be ignored, and
 * then does not ignore them. Where Jersey is the server's own, its log is left alone. Confined to the listener.
 */
final class LogMuter {
    /** The class, and the logger of that name. */
    private static final String NAME = "org.glassfish.jersey.internal.inject.Providers";

    /** Kept: a logger that nothing refers to is forgotten, with its level. */
    private final Logger logger = Logger.getLogger(NAME);

    private boolean muted;

    /** Mutes it, unless the operator has given the logger a level. */
    void mute() {
        if (logger.getLevel() == null && isOurs()) {
            logger.setLevel(Level.SEVERE);
            muted = true;
        }
    }

    private static boolean isOurs() {
        ClassLoader ours = LogMuter.class.getClassLoader();
        try {
            return Class.forName(NAME, false, ours).getClassLoader() == ours;
        } catch (ClassNotFoundException | LinkageError e) { // another implementation of Jakarta REST
            return false;
        }
    }

    /** As it was before, since the logger may be that of the whole server. */
    void restore() {
        if (muted) {
            logger.setLevel(null);
            muted = false;
        }
    }
}
