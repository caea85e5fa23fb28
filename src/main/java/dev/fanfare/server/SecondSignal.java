package dev.fanfare.server;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * Hears SIGTERM and SIGINT while the process ends already. The JVM begins its hooks with the first signal and drops those
 * that follow; Java has no other way to hear them than {@code sun.misc.Signal} of the module {@code jdk.unsupported}. That class
 * is looked up by its name, since the compiler warns of it in a way that can't be silenced.
 */
final class SecondSignal {
    private static final System.Logger LOG = System.getLogger(SecondSignal.class.getName());
    private static final List<String> NAMES = List.of("TERM", "INT");

    private SecondSignal() {}

    /**
     * From now on a signal runs {@code action}, on a thread of its own each time. A JVM without that module, or one that leaves
     * the signals alone ({@code -Xrs}), goes on dropping them.
     */
    static void runs(Runnable action) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            MethodHandle run = lookup.findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                    .bindTo(action);
            Object running =
                    MethodHandleProxies.asInterfaceInstance(handler, MethodHandles.dropArguments(run, 0, signal));
            for (String name : NAMES) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), running);
            }
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.log(System.Logger.Level.DEBUG, "A second signal can't be heard; the drain takes its whole time", e);
        }
    }
}
