package dev.fanfare.server;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import java.lang.management.ManagementFactory;
import java.util.Map;

/*
 * G1 grows while thousands of clients connect, and shrinks only at the end of a concurrent cycle, for which an idle server
 * gives no reason: without these options 5,000 idle clients hold 27 KB each of the machine's memory, and 7 KB with them.
 * All are options that the JVM lets a program set while it runs. See ADR 31.
 */
/** Has the JVM give back the heap that an idle server does not need. Options of the command line win. Stateless. */
final class IdleHeap {
    private static final System.Logger LOG = System.getLogger(IdleHeap.class.getName());

    private static final Map<String, String> OPTIONS =
            Map.of("G1PeriodicGCInterval", "20000", "MaxHeapFreeRatio", "50");

    private IdleHeap() {}

    /** Sets the options, where this JVM has them and nobody else has set any of them. */
    static void giveBack() {
        try {
            HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            if (jvm != null && OPTIONS.keySet().stream().allMatch(name -> isDefault(jvm, name))) {
                OPTIONS.forEach(jvm::setVMOption);
            }
        } catch (IllegalArgumentException | LinkageError e) {
            LOG.log(System.Logger.Level.DEBUG, "This JVM can't be asked to give heap back while it is idle", e);
        }
    }

    private static boolean isDefault(HotSpotDiagnosticMXBean jvm, String name) {
        return jvm.getVMOption(name).getOrigin() == VMOption.Origin.DEFAULT;
    }
}
