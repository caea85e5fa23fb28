package dev.fanfare.server;

import java.io.FileInputStream;
import java.io.IOException;

/**
 * SIGHUP. A supervisor or an operator sends it to a server that is to read its configuration again; the system sends it to the
 * programs of a terminal that is closed, and they end. Stateless.
 */
final class Hangup {
    private static final String TERMINAL = "/dev/tty";

    private Hangup() {}

    /**
     * From now on the signal runs {@code action}, on a thread of its own each time; it ends the process as SIGTERM does where the
     * process had a terminal before and has none any more.
     *
     * @return false where the signal can't be heard; see {@link Signals#run}
     */
    static boolean runs(Runnable action) {
        boolean hadTerminal = hasTerminal();
        return Signals.run("HUP", () -> {
            if (hadTerminal && !hasTerminal()) {
                System.exit(0);
            }
            action.run();
        });
    }

    private static boolean hasTerminal() {
        try (FileInputStream terminal = new FileInputStream(TERMINAL)) {
            return terminal.getFD().valid();
        } catch (IOException e) {
            return false;
        }
    }
}
