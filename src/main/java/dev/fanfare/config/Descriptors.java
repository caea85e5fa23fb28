package dev.fanfare.config;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many connections this process has file descriptors for. */
final class Descriptors {
    private static final int MOST_CONNECTIONS = 100_000;
    private static final int KEPT_FOR_THE_REST = 256;
    private static final int FEWEST_CONNECTIONS = 16;

    private Descriptors() {}

    /** The default of {@code fanfare.limits.connections}. Never 0, which would mean no bound. */
    static int connections() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? connections(unix.getMaxFileDescriptorCount())
                : MOST_CONNECTIONS;
    }

    static int connections(long descriptors) {
        return (int) Math.max(FEWEST_CONNECTIONS, Math.min(MOST_CONNECTIONS, descriptors - KEPT_FOR_THE_REST));
    }
}
