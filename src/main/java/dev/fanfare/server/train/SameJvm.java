package dev.fanfare.server.train;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.fanfare.cli.CommandFailed;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/*
 * A cache fits a JVM whose references have the same form and whose modules are the same. The form follows from the collector, the
 * size of the heap and the memory of the machine, so it is asked of this JVM and not looked for among its options. All other options,
 * agents and ports for debugging among them, would break a training run or be no use to it.
 */
/** What of this JVM another one needs in order to make a cache that fits this one. Immutable. */
final class SameJvm {
    /** So much is enough for a training run, however large the machine is. */
    static final long MOST_HEAP_BYTES = 512L << 20;

    private static final List<String> COLLECTORS =
            List.of("UseSerialGC", "UseParallelGC", "UseG1GC", "UseZGC", "UseShenandoahGC", "UseEpsilonGC");
    private static final String OOPS = "UseCompressedOops";
    private static final String CLASSES = "UseCompressedClassPointers";
    private static final String HEADERS = "UseCompactObjectHeaders";
    private static final String ALIGNMENT = "ObjectAlignmentInBytes";
    private static final String HEAP = "MaxHeapSize";

    /** Where a training run may put its files, such as the library of SQLite's driver. */
    private static final Pattern PROPERTY =
            Pattern.compile("-D(java\\.io\\.tmpdir|org\\.sqlite\\..+)=.*", Pattern.DOTALL);

    /** With Java 24 and newer each of them beside a cache is an error. */
    private static final Pattern OWN_CACHE = Pattern.compile(
            "-Xshare:.*|-XX:(SharedArchiveFile|ArchiveClassesAtExit|SharedClassListFile|DumpLoadedClassList|AOT\\w*)=.*"
                    + "|-XX:[+-](AutoCreateSharedArchive|AOT\\w*)");

    private final List<String> arguments;
    private final Map<String, String> flags;

    /**
     * @param arguments the options of the JVM, from all places
     * @param flags the values that it has settled on, those that it has
     */
    SameJvm(List<String> arguments, Map<String, String> flags) {
        this.arguments = List.copyOf(arguments);
        this.flags = Map.copyOf(flags);
    }

    /**
     * The JVM that runs this.
     *
     * @throws CommandFailed if it is none of HotSpot's, which alone has the caches
     */
    static SameJvm running() {
        Map<String, String> flags = new HashMap<>();
        try {
            HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            if (jvm == null) {
                throw notHotSpot();
            }
            for (String name : COLLECTORS) {
                put(jvm, name, flags);
            }
            for (String name : List.of(OOPS, CLASSES, HEADERS, ALIGNMENT, HEAP)) {
                put(jvm, name, flags);
            }
        } catch (LinkageError e) {
            throw notHotSpot();
        }
        return new SameJvm(ManagementFactory.getRuntimeMXBean().getInputArguments(), flags);
    }

    private static void put(HotSpotDiagnosticMXBean jvm, String name, Map<String, String> flags) {
        try {
            flags.put(name, jvm.getVMOption(name).getValue());
        } catch (IllegalArgumentException e) {
            // This version does not have it.
        }
    }

    private static CommandFailed notHotSpot() {
        return CommandFailed.badOption("This JVM (" + System.getProperty("java.vm.name")
                + ") can't keep its classes in a file: take one of OpenJDK, such as Temurin");
    }

    /** The options. */
    List<String> options() {
        List<String> options = new ArrayList<>(List.of("-XX:+UnlockExperimentalVMOptions"));
        for (String collector : COLLECTORS) {
            if (is(collector, "true")) {
                options.add("-XX:+" + collector);
            }
        }
        if (flags.containsKey(OOPS)) {
            options.add("-XX:" + (is(OOPS, "true") ? "+" : "-") + OOPS);
        }
        // Newer versions warn of the one, and older ones do not know the other.
        if (is(CLASSES, "false")) {
            options.add("-XX:-" + CLASSES);
        }
        if (is(HEADERS, "true")) {
            options.add("-XX:+" + HEADERS);
        }
        if (flags.containsKey(ALIGNMENT)) {
            options.add("-XX:" + ALIGNMENT + "=" + flags.get(ALIGNMENT));
        }
        long heap = Long.parseLong(flags.getOrDefault(HEAP, String.valueOf(MOST_HEAP_BYTES)));
        options.add("-Xmx" + Math.min(heap, MOST_HEAP_BYTES));
        for (String argument : arguments) {
            // All that begin so are about modules, or what they may do.
            if (argument.startsWith("--") || PROPERTY.matcher(argument).matches()) {
                options.add(argument);
            }
        }
        return options;
    }

    private boolean is(String flag, String value) {
        return value.equals(flags.get(flag));
    }

    /**
     * Refuses to make a cache for a JVM whose options name another one, or forbid it.
     *
     * @param ours the options with which it would use the cache
     * @throws CommandFailed naming the option
     */
    void refuseOtherCaches(Set<String> ours) {
        for (String argument : arguments) {
            if (OWN_CACHE.matcher(argument).matches() && !ours.contains(argument)) {
                throw CommandFailed.badOption("The JVM has the option " + argument
                        + ", which does not go together with a cache of ours: take it out of etc/jvm.options,"
                        + " JDK_JAVA_OPTIONS or where it stands");
            }
        }
    }
}
