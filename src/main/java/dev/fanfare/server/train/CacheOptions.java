package dev.fanfare.server.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/*
 * Up to Java 23 a JVM writes an archive of the classes that it has loaded when it ends (JEP 350). From Java 24 on there is an
 * AOT cache, in which classes are linked as well (JEP 483), from 25 on with what the compiler has learnt of them (JEP 515): one JVM
 * records, a second one makes the cache. Java 25 has an option that starts the second one by itself (JEP 514); but that would be a
 * process that nobody but its parent can end.
 */
/**
 * The options of a JVM that makes a cache of classes, and of one that uses it.
 *
 * @param feature the version of Java, as in {@link Runtime.Version#feature()}; 17 or newer
 */
record CacheOptions(int feature) {
    private static final int HAS_AOT_CACHE = 24;
    private static final int LOGS_AS_AOT = 25;

    private boolean isAot() {
        return feature >= HAS_AOT_CACHE;
    }

    /** For the JVM that runs the server. Up to Java 23 the file is there when it has ended. */
    List<String> train(Path made) {
        return isAot()
                ? log("error", "-XX:AOTMode=record", "-XX:AOTConfiguration=" + recorded(made))
                : log("error", "-XX:ArchiveClassesAtExit=" + made);
    }

    /** For the JVM that makes the file out of what the first one has recorded; empty where that is not needed. */
    List<String> assemble(Path made) {
        return isAot()
                ? log("error", "-XX:AOTMode=create", "-XX:AOTConfiguration=" + recorded(made), "-XX:AOTCache=" + made)
                : List.of();
    }

    private static String recorded(Path made) {
        return made + ".recorded";
    }

    /** For a JVM that uses the file if it fits, and does not say a word if it does not. */
    List<String> use(Path cache) {
        return log("off", file(cache));
    }

    /** For a JVM that does not start unless the file fits. */
    List<String> require(Path cache) {
        return List.of(isAot() ? "-XX:AOTMode=on" : "-Xshare:on", file(cache));
    }

    private String file(Path cache) {
        return (isAot() ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + cache;
    }

    /** Of each class that can't be taken in a JVM would warn. */
    private List<String> log(String level, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("-Xlog:cds*=" + level);
        if (feature >= LOGS_AS_AOT) {
            all.add("-Xlog:aot*=" + level);
        }
        return all;
    }
}
