package dev.fanfare.config;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** How many connections this process has file descriptors for. */
final class Descriptors {
    private static final int MOST_CONNECTIONS = 100_000;
    private static final int KEPT_FOR_THE_REST = 256;
    private static final int FEWEST_CONNECTIONS = 16;

    private Descriptors() {}

    /**
     * The default of {@code fanfare.limits.connections}. Never 0, which would mean no bound. Asked for by name, since the
     * class that has it is not there for a web application on WildFly.
     */
    static int connections() {
        try {
            ObjectName system = new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME);
            Object most = ManagementFactory.getPlatformMBeanServer().getAttribute(system, "MaxFileDescriptorCount");
            return connections(((Number) most).longValue());
        } catch (JMException e) { // a system without descriptors
            return MOST_CONNECTIONS;
        }
    }

    static int connections(long descriptors) {
        return (int) Math.max(FEWEST_CONNECTIONS, Math.min(MOST_CONNECTIONS, descriptors - KEPT_FOR_THE_REST));
    }
}
