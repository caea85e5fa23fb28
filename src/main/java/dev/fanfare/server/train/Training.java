package dev.fanfare.server.train;

import dev.fanfare.cli.CommandFailed;
import dev.fanfare.file.Folders;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a cache: a server of a configuration for itself warms up in another JVM, which writes down what it has loaded. Confined to a
 * thread, but for {@link #stop}.
 */
final class Training implements AutoCloseable {
    /** For all of it, which the time that a supervisor gives to a start has to cover. */
    static final Duration LONGEST = Duration.ofMinutes(4);

    private static final String FOLDER = ".fanfare-train-";

    /** A process that is killed leaves its folder. Longer than {@link #LONGEST}, for clocks that are wrong. */
    private static final Duration LEFT_AFTER = Duration.ofHours(1);

    private final ClassCache cache;
    private final CacheOptions caching;
    private final List<String> jvm;
    private final List<String> release;
    private final String classPath;
    private final String server;
    private final Path work;
    private final ChildJvms children;

    /**
     * @param jvm the program, and options with which it is like the JVM that is to use the cache
     * @param release the lines by which that is known again
     * @param classPath of absolute paths
     * @param server the class of the server, which takes {@code --until-warm}
     * @throws IOException if the folder of the cache can't be made or written
     */
    Training(
            ClassCache cache,
            CacheOptions caching,
            List<String> jvm,
            List<String> release,
            String classPath,
            String server)
            throws IOException {
        this.cache = cache;
        this.caching = caching;
        this.jvm = jvm;
        this.release = release;
        this.classPath = classPath;
        this.server = server;
        Files.createDirectories(cache.folder());
        work = Files.createTempDirectory(cache.folder(), FOLDER);
        deleteLeft(cache.folder(), Files.getOwner(work));
        children = new ChildJvms(work, System.nanoTime() + LONGEST.toNanos());
    }

    /** What is of another user is left: it is none of ours, and deleting it may be forbidden. */
    private static void deleteLeft(Path folder, UserPrincipal owner) throws IOException {
        Instant before = Instant.now().minus(LEFT_AFTER);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, FOLDER + "*")) {
            for (Path each : left) {
                if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(each).equals(owner)
                        && Files.getLastModifiedTime(each).toInstant().isBefore(before)) {
                    Folders.delete(each);
                }
            }
        }
    }

    /** Whether the cache is there, and the JVM takes it. */
    boolean fits() throws IOException, InterruptedException {
        return cache.isMadeWith(release, caching.use(cache.file()))
                && isTaken(cache.file()).isWell();
    }

    /** The JVM looks at the class path and at the file before it says its version. */
    private ChildJvms.Ended isTaken(Path file) throws IOException, InterruptedException {
        return children.run(command(caching.require(file), "-version"));
    }

    /**
     * Makes it.
     *
     * @return its size in bytes
     * @throws CommandFailed if a JVM did not do what it should
     */
    long run() throws IOException, InterruptedException {
        Path made = work.resolve("made");
        List<String> options = new ArrayList<>(caching.train(made));
        options.add("-Dfanfare.http.host=127.0.0.1");
        options.add("-Dfanfare.http.port=0");
        options.add("-Dfanfare.history.path=" + work.resolve("history.db"));
        options.add("-Dfanfare.metrics.enabled=true");
        demand("The server of the training run", children.run(command(options, server, "--until-warm")));
        List<String> assemble = caching.assemble(made);
        if (!assemble.isEmpty()) {
            demand("The JVM that makes the cache", children.run(command(assemble, server)));
        }
        if (!Files.isRegularFile(made)) {
            throw new CommandFailed("The JVM has made no cache, and gave no reason");
        }
        demand("The JVM that was to use the new cache", isTaken(made));
        long bytes = Files.size(made);
        Path madeOptions = work.resolve("made.options");
        Files.writeString(madeOptions, ClassCache.text(bytes, release, caching.use(cache.file())));
        cache.replace(made, madeOptions);
        return bytes;
    }

    private List<String> command(List<String> options, String... rest) {
        List<String> command = new ArrayList<>(jvm);
        command.addAll(options);
        command.addAll(List.of("-cp", classPath));
        command.addAll(List.of(rest));
        return command;
    }

    private static void demand(String what, ChildJvms.Ended ended) {
        if (!ended.isWell()) {
            throw new CommandFailed(what + " " + ended.words());
        }
    }

    /** Ends it soon: {@link #run} throws. */
    void stop() {
        children.stop();
    }

    /** Deletes what is not the cache. */
    @Override
    public void close() throws IOException {
        Folders.delete(work);
    }
}
