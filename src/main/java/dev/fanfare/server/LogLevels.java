package dev.fanfare.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The levels of the log that the configuration names. What it does not name is as it was before. Thread-safe. */
final class LogLevels {
    /** What was before, by the logger. A logger that nothing refers to is forgotten, with its level. */
    private record Before(Logger logger, @Nullable Level level) {}

    @GuardedBy("this")
    private final Map<String, Before> before = new HashMap<>();

    @GuardedBy("this")
    private final Map<Handler, Level> handlers = new HashMap<>();

    /** Has these levels hold, and no others of the configuration. */
    synchronized void take(SortedMap<String, System.Logger.Level> levels) {
        before.values().removeIf(was -> {
            if (!levels.containsKey(was.logger().getName())) {
                was.logger().setLevel(was.level());
                return true;
            }
            return false;
        });
        levels.forEach((name, level) -> {
            Before was = before.computeIfAbsent(name, LogLevels::now);
            was.logger().setLevel(of(level));
        });
        openHandlers();
    }

    private static Before now(String name) {
        Logger logger = Logger.getLogger(name);
        return new Before(logger, logger.getLevel());
    }

    /** The console shows nothing below its own level, whatever a logger has. */
    @GuardedBy("this")
    private void openHandlers() {
        handlers.forEach(Handler::setLevel);
        int lowest = before.values().stream()
                .map(was -> was.logger().getLevel())
                .mapToInt(level -> level == null ? Integer.MAX_VALUE : level.intValue())
                .min()
                .orElse(Integer.MAX_VALUE);
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            if (handler instanceof ConsoleHandler) {
                Level own = handlers.computeIfAbsent(handler, Handler::getLevel);
                if (own.intValue() > lowest) {
                    handler.setLevel(Level.ALL);
                }
            }
        }
    }

    /** As {@link System.Logger.Level} is shown by java.util.logging. */
    private static Level of(System.Logger.Level level) {
        return switch (level) {
            case ALL -> Level.ALL;
            case TRACE -> Level.FINER;
            case DEBUG -> Level.FINE;
            case INFO -> Level.INFO;
            case WARNING -> Level.WARNING;
            case ERROR -> Level.SEVERE;
            case OFF -> Level.OFF;
        };
    }
}
