package dev.fanfare.server;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import javax.management.JMException;
import javax.management.ObjectName;

/*
 * The compilers and the collector take memory from the C library and free it again, and the library keeps it: some 25 MB after
 * 5,000 clients have connected. It gives it back when it is asked to, which takes milliseconds in which the JVM can't pause for
 * a collection; so it is asked while nothing else is to be done. See ADR 31.
 */
/** Has the C library give back the memory that it keeps, once whenever the server has become idle. Confined to its thread. */
final class IdleTrim {
    /** How long a server has to be idle. */
    static final Duration LOOK = Duration.ofSeconds(20);

    private static final System.Logger LOG = System.getLogger(IdleTrim.class.getName());

    /** An idle server is one that takes less than this part of one processor. */
    private static final int PART = 20;

    private long usedNanos;
    private boolean wasIdle;

    /** @param usedNanos the processor time that the process has taken so far */
    IdleTrim(long usedNanos) {
        this.usedNanos = usedNanos;
    }

    /** Starts the thread that looks, where this JVM can be asked. It ends with the process. */
    static void start() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            Thread thread = new Thread(() -> watch(system), "fanfare-idle");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void watch(OperatingSystemMXBean system) {
        IdleTrim idle = new IdleTrim(system.getProcessCpuTime());
        try {
            do {
                Thread.sleep(LOOK.toMillis());
            } while (!idle.isDue(system.getProcessCpuTime()) || trim());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Whether to ask now: the server is idle, and was not at the last look.
     *
     * @param nowUsedNanos the processor time that the process has taken so far
     */
    boolean isDue(long nowUsedNanos) {
        boolean isIdle = nowUsedNanos - usedNanos < LOOK.toNanos() / PART;
        boolean isDue = isIdle && !wasIdle;
        usedNanos = nowUsedNanos;
        wasIdle = isIdle;
        return isDue;
    }

    /** Asks the C library; false where there is no way to: another library than that of GNU, or a JVM before 17.0.9. */
    static boolean trim() {
        try {
            Object said = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "systemTrimNativeHeap",
                            new Object[0],
                            new String[0]);
            LOG.log(System.Logger.Level.DEBUG, "The server is idle. {0}", said);
            return true;
        } catch (JMException e) {
            LOG.log(System.Logger.Level.DEBUG, "This JVM can't ask the C library to give memory back", e);
            return false;
        }
    }
}
