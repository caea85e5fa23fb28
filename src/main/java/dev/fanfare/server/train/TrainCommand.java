package dev.fanfare.server.train;

import dev.fanfare.cli.CommandFailed;
import dev.fanfare.cli.Interruptible;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code train}: makes a cache of classes, with which the server starts in less time. {@link Training} does it. See ADR 34. */
@Command(
        name = "train",
        sortOptions = false,
        description = {
            "Makes a cache of the server's classes, so that it starts in less time: starts a server on a port of the "
                    + "loopback address, has it warm up, and keeps what the JVM has loaded. Takes some 10 s. The "
                    + "configuration is not read, and the history not touched.",
            ""
        },
        parameterListHeading = "",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "bin/fanfare uses the cache if this JVM made it for these jars. The jar alone is started with it by:",
            "  java @FILE.options -jar fanfare.jar",
            "",
            "Exit status: 0 if there is a cache that fits, 2 if there can be none here, 1 for all else."
        })
public final class TrainCommand implements Callable<Integer>, Interruptible {
    private static final String FOLDER_VARIABLE = "CACHE_DIRECTORY";
    private static final String DEFAULT_NAME = "fanfare.cache";
    private static final int MOST_MS_TO_END = 1500;

    private final Class<?> server;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean isInterrupted;
    private volatile @Nullable Training running;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description =
                    "The cache; it is replaced. Beside it, in FILE.options, are the options with which java uses it."
                            + " Default: fanfare.cache in the folder that CACHE_DIRECTORY names, else beside the jar;"
                            + " with bin/fanfare in the folder cache of the archive.")
    @Nullable
    Path file;

    @Option(names = "--if-needed", description = "Does nothing if there is a cache that fits.")
    boolean ifNeeded;

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    boolean help;

    /** @param server whose {@code main} starts the server, and ends it when it is warm if its argument is {@code --until-warm} */
    public TrainCommand(Class<?> server) {
        this.server = server;
    }

    @Override
    public Integer call() throws InterruptedException {
        CacheOptions caching = new CacheOptions(Runtime.version().feature());
        String classPath = jars(System.getProperty("java.class.path"));
        Path usual = defaultFile(System.getenv(FOLDER_VARIABLE), classPath);
        ClassCache cache = ClassCache.at(file != null ? file : usual);
        SameJvm same = SameJvm.running();
        Set<String> ours = new HashSet<>(caching.use(cache.file()));
        ours.addAll(caching.use(usual.toAbsolutePath()));
        same.refuseOtherCaches(ours);
        try (Training training = new Training(cache, caching, jvm(same), release(), classPath, server.getName())) {
            running = training;
            if (isInterrupted) {
                training.stop();
            }
            if (!ifNeeded || !training.fits()) {
                long bytes = training.run();
                System.out.println("The cache is made: " + cache.file() + " (" + (bytes >> 20) + " MiB)");
            }
            return 0;
        } catch (IOException e) {
            throw new CommandFailed("The cache " + cache.file() + " can't be made: " + e
                    + ". Another place is given as train FILE, or by the variable " + FOLDER_VARIABLE);
        } finally {
            over.countDown();
        }
    }

    private static List<String> jvm(SameJvm same) {
        List<String> jvm = new ArrayList<>();
        jvm.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        jvm.addAll(same.options());
        return jvm;
    }

    private static List<String> release() throws IOException {
        Path release = Path.of(System.getProperty("java.home"), "release");
        if (!Files.isRegularFile(release)) {
            throw CommandFailed.badOption("There is no file " + release
                    + ", by which a JVM is known again: take one of OpenJDK, such as Temurin");
        }
        return Files.readAllLines(release);
    }

    /**
     * The class path with absolute paths.
     *
     * @throws CommandFailed if there is a folder on it, of whose classes no JVM makes a cache
     */
    static String jars(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath())
                .peek(TrainCommand::refuseFolder)
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void refuseFolder(Path entry) {
        if (Files.isDirectory(entry)) {
            throw CommandFailed.badOption("There is a folder on the class path, " + entry
                    + ": JVMs make caches of classes in jars only; run fanfare.jar or bin/fanfare");
        }
    }

    /** In the folder for caches, if that is set, else beside the first jar. */
    static Path defaultFile(@Nullable String folder, String classPath) {
        return folder != null && !folder.isEmpty()
                ? Path.of(folder, DEFAULT_NAME)
                : Path.of(classPath.split(File.pathSeparator, 2)[0]).resolveSibling(DEFAULT_NAME);
    }

    @Override
    public void interrupt() {
        isInterrupted = true;
        Training training = running;
        if (training == null) {
            return;
        }
        training.stop();
        try {
            over.await(MOST_MS_TO_END, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** There is no cache then. */
    @Override
    public int exitStatus() {
        return 1;
    }
}
