package dev.fanfare.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What is alive in the JVM of another process, asked through {@code jcmd}. */
record ServerProcess(ProcessHandle handle) {
    /** The names of the threads that begin with one of these. */
    List<String> threads(String... prefixes) {
        return ask("Thread.print")
                .lines()
                .filter(line -> line.startsWith("\""))
                .map(line -> line.substring(1, line.indexOf('"', 1)))
                .filter(name -> Stream.of(prefixes).anyMatch(name::startsWith))
                .toList();
    }

    /** How many instances of a class are reachable, whichever class loaders it has; after a garbage collection. */
    int instances(String type) {
        ask("GC.run"); // the histogram's own leaves what is only softly reachable
        Pattern row = Pattern.compile("^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+" + Pattern.quote(type) + "(?:\\s.*)?$");
        return ask("GC.class_histogram")
                .lines()
                .map(row::matcher)
                .filter(Matcher::matches)
                .mapToInt(match -> Integer.parseInt(match.group(1)))
                .sum();
    }

    private String ask(String command) {
        String java = handle.info().command().orElseThrow();
        String jcmd = Path.of(java).resolveSibling("jcmd").toString();
        try {
            Process process = new ProcessBuilder(jcmd, String.valueOf(handle.pid()), command)
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
