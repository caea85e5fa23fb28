package dev.fanfare.server;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * Hears signals. Java has no other way than {@code sun.misc.Signal} of the module {@code jdk.unsupported}. That class is looked up
 * by its name, since the compiler warns of it in a way that can't be silenced. Stateless.
 */
final class Signals {
    private static final System.Logger LOG = System.getLogger(Signals.class.getName());

    private Signals() {}

    /**
     * From now on SIGTERM and SIGINT run {@code action} while the process ends already: the JVM begins its hooks with the first
     * signal and drops those that follow.
     *
     * @see #run
     */
    static void secondRuns(Runnable action) {
        boolean isHeard = run("TERM", action);
        if (!run("INT", action) || !isHeard) {
            LOG.log(System.Logger.Level.DEBUG, "A second signal can't be heard; the drain takes its whole time");
        }
    }

    /**
     * From now on a signal runs {@code action}, on a thread of its own each time.
     *
     * @param name such as {@code HUP}
     * @return false where it can't be heard: in a JVM without that module, in one that leaves the signals alone ({@code -Xrs}), and
     *     where the process was started so that the signal is ignored, as {@code nohup} does
     */
    static boolean run(String name, Runnable action) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            MethodHandle run = lookup.findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                    .bindTo(action);
            Object running =
                    MethodHandleProxies.asInterfaceInstance(handler, MethodHandles.dropArguments(run, 0, signal));
            Object before = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), running);
            return !List.of(handler.getField("SIG_IGN").get(null)).contains(before);
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.log(System.Logger.Level.DEBUG, "SIG" + name + " can't be heard", e);
            return false;
        }
    }
}
