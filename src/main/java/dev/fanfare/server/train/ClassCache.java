package dev.fanfare.server.train;

import dev.fanfare.cli.CommandFailed;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/*
 * Beside the cache is a file with the options that use it, which java reads as @FILE.options:
 *
 *   # 28151808                       the size of the cache in bytes
 *   # JAVA_VERSION="17.0.15"         and more: the lines of the file `release` of the JVM that made it
 *   -XX:SharedArchiveFile="/…"       an option a line
 *
 * bin/fanfare compares the comments before it takes the options, since both can keep a JVM from starting: an option that another
 * version does not know, and a file that is cut off (JDK 17 ends by SIGBUS). All else is for the JVM to compare.
 */
/**
 * The file of a cache of classes.
 *
 * @param file absolute
 */
record ClassCache(Path file) {
    /**
     * A cache in a file that may be there already, if it is one.
     *
     * @throws CommandFailed if the name can't be used, or something else has it
     */
    static ClassCache at(Path given) {
        Path file = given.toAbsolutePath().normalize();
        String name = file.toString();
        if (file.getFileName() == null || name.contains(File.pathSeparator) || name.matches("(?s).*[\r\n\"].*")) {
            throw CommandFailed.badOption(
                    "The cache can't have the name '" + name + "': give a file whose path has no '" + File.pathSeparator
                            + "', no quotation mark and no line break in it");
        }
        ClassCache cache = new ClassCache(file);
        cache.refuseUnlessFile(file);
        cache.refuseUnlessFile(cache.options());
        if (Files.exists(file) && !Files.exists(cache.options())) {
            throw CommandFailed.badOption(
                    "There is a file " + file + " that this command did not make, since there is no "
                            + cache.options().getFileName() + " beside it: give another name, or delete it");
        }
        return cache;
    }

    private void refuseUnlessFile(Path path) {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            String what =
                    Files.isSymbolicLink(path) ? "a link" : Files.isDirectory(path) ? "a folder" : "no regular file";
            throw CommandFailed.badOption(
                    "The cache can't be put in place of " + path + ", which is " + what + ": give the name of a file");
        }
    }

    /** The file with the options. */
    Path options() {
        return file.resolveSibling(file.getFileName() + ".options");
    }

    /** The folder that both are in. */
    Path folder() {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IllegalStateException(file + " is absolute, and a file");
        }
        return folder;
    }

    /** What has to stand in the file with the options, for a cache of this size and this JVM. */
    static String text(long bytes, List<String> release, List<String> options) {
        return Stream.concat(
                        Stream.concat(Stream.of(String.valueOf(bytes)), release.stream())
                                .map(line -> "# " + line),
                        options.stream().map(ClassCache::quoted))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** As an argument file has it. */
    private static String quoted(String option) {
        return '"' + option.replace("\\", "\\\\") + '"';
    }

    /** Whether there is a whole cache that this JVM has made. */
    boolean isMadeWith(List<String> release, List<String> options) throws IOException {
        return Files.isRegularFile(file)
                && Files.isRegularFile(options())
                && Files.readString(options()).equals(text(Files.size(file), release, options));
    }

    /**
     * Puts a cache that has been made into place. A server that has the former one open keeps it. It is on the disk before: after a
     * loss of power a file may have its size and not its bytes, and a JVM would crash by it.
     */
    void replace(Path made, Path madeOptions) throws IOException {
        try (FileChannel channel = FileChannel.open(made, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        Files.move(madeOptions, options(), StandardCopyOption.ATOMIC_MOVE);
    }
}
