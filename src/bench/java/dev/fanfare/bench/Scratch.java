package dev.fanfare.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory below {@code target}, so that a history in a file is on a disk and not in memory; gone after use. */
record Scratch(Path path) implements AutoCloseable {
    private static final Path PARENT = Path.of("target", "bench");

    static Scratch make() throws IOException {
        Files.createDirectories(PARENT);
        return new Scratch(Files.createTempDirectory(PARENT, "server").toAbsolutePath());
    }

    @Override
    public void close() throws IOException {
        List<Path> all;
        try (Stream<Path> paths = Files.walk(path)) {
            all = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : all) {
            Files.deleteIfExists(each);
        }
    }
}
