package dev.fanfare.server;

import dev.fanfare.config.LogSettings;
import java.io.IOException;
import java.time.ZoneId;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** How the log looks on a console where nobody has said otherwise: a line for each record, and no small talk of libraries. */
final class ConsoleLog {
    private static final String FORMAT = "java.util.logging.SimpleFormatter.format";

    /** Kept: a logger that nothing refers to is forgotten, with its level. */
    private static final Logger LIBRARIES = Logger.getLogger("org.glassfish");

    /** Jersey warns that resources which are registered as objects will be ignored, and then does not ignore them. */
    private static final Logger FALSE_ALARM = Logger.getLogger("org.glassfish.jersey.internal.inject.Providers");

    /** Tells by two stack traces that its library can't be loaded, which the refusal to start says in a line. */
    private static final Logger DRIVER = Logger.getLogger("org.sqlite.SQLiteJDBCLoader");

    /** Tells, as SEVERE and by a stack trace, of each client that leaves as its answer begins. */
    private static final Logger ANSWERS = Logger.getLogger("org.glassfish.jersey.server.ServerRuntime$Responder");

    private ConsoleLog() {}

    /** Has to come before anything else is logged. */
    static void setUp() {
        unlessConfigured(FALSE_ALARM, Level.SEVERE);
        unlessConfigured(DRIVER, Level.OFF);
        ANSWERS.setFilter(entry -> !(entry.getThrown() instanceof IOException));
        if (System.getProperty("java.util.logging.config.file") != null
                || System.getProperty("java.util.logging.config.class") != null) {
            return;
        }
        if (System.getProperty(FORMAT) == null) {
            System.setProperty(FORMAT, "%1$tF %1$tT%1$tz %4$s %3$s: %5$s%6$s%n");
        }
        LIBRARIES.setLevel(Level.WARNING);
    }

    /** Gives what goes to the console the form that the configuration names. */
    static void use(LogSettings settings) {
        if (settings.format() == LogSettings.Format.JSON) {
            for (Handler handler : Logger.getLogger("").getHandlers()) {
                if (handler instanceof ConsoleHandler) {
                    handler.setFormatter(new JsonLog(ZoneId.systemDefault()));
                }
            }
        }
    }

    private static void unlessConfigured(Logger logger, Level level) {
        if (LogManager.getLogManager().getProperty(logger.getName() + ".level") == null) {
            logger.setLevel(level);
        }
    }
}
