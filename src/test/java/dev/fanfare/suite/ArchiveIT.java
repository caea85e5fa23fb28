package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code mvn package} packs, unpacked by a stranger in an empty folder. */
@Timeout(900)
class ArchiveIT {
    private static final Path ARCHIVE = Path.of(System.getProperty("fanfare.archive"));
    private static final Map<String, String> JAVA = Map.of("JAVA_HOME", System.getProperty("java.home"));

    /** With blanks in its name, which a script has to bear. */
    private Path folder;

    private Path unpacked;

    @BeforeEach
    void unpack() throws Exception {
        assumeThat(Tools.find("tar")).as("tar is installed").isNotNull();
        folder = Files.createDirectories(ChildProcess.directory("archive").resolve("an empty folder"));
        Tools.run("tar", "xzf", ARCHIVE.toAbsolutePath().toString(), "-C", folder.toString());
        try (Stream<Path> inside = Files.list(folder)) {
            unpacked = inside.findFirst().orElseThrow();
        }
    }

    /** A command of the archive, run to its end. */
    private ChildProcess ended(List<String> command, Map<String, String> environment) {
        ChildProcess child = ChildProcess.start(folder, command, environment);
        assertThat(child.exited(Duration.ofSeconds(120))).isTrue();
        child.close();
        return child;
    }

    @Test
    void theServerOfTheArchiveRunsThroughALinkAndEndsWithStatus0OnSigterm() throws Exception {
        Path link = Files.createSymbolicLink(
                Files.createDirectories(folder.resolve("my bin")).resolve("fanfare"),
                Path.of("..", unpacked.getFileName().toString(), "bin", "fanfare"));
        int port = ChildProcess.freePort();
        try (ChildProcess server = ChildProcess.start(
                        folder, List.of(link.toString(), "--dev", "--port", String.valueOf(port)), JAVA)
                .awaitReady(URI.create("http://127.0.0.1:" + port + "/"))) {
            OneEvent.goesThroughAndASignalEndsAll(server, port);
        }
    }

    @Test
    void optionsOfTheFileReachTheJvmAndJarsInLibAreOnTheClassPath() throws IOException {
        Files.writeString(
                unpacked.resolve("etc/jvm.options"), "# a comment\n-XX:MaxHeapSize=96m -XX:+PrintFlagsFinal\n");
        String program = unpacked.resolve("bin/fanfare").toString();

        assertThat(ended(List.of(program, "--version"), JAVA).output())
                .containsPattern("MaxHeapSize +:?= " + (96L << 20) + " ")
                .contains("Fanfare ");
        Files.writeString(unpacked.resolve("etc/jvm.options"), "-verbose:class");
        Files.copy(unpacked.resolve("lib/fanfare.jar"), unpacked.resolve("lib/driver.jar"));
        Files.delete(unpacked.resolve("lib/fanfare.jar"));
        assertThat(ended(List.of(program, "--version"), JAVA).output()).contains("lib/driver.jar");
    }

    @Test
    void theScriptSaysWhatIsMissing() throws IOException {
        String program = unpacked.resolve("bin/fanfare").toString();
        ChildProcess noJava = ended(List.of(program, "--version"), Map.of("JAVA_HOME", "/nowhere"));
        assertThat(noJava.output()).contains("JAVA_HOME is /nowhere", "Java 17 or newer");
        assertThat(noJava.process().exitValue()).isEqualTo(2);

        Files.delete(unpacked.resolve("etc/jvm.options"));
        ChildProcess noOptions = ended(List.of(program, "--version"), JAVA);
        assertThat(noOptions.output()).contains("etc/jvm.options can't be read");
        assertThat(noOptions.process().exitValue()).isEqualTo(2);
    }

    @Test
    void theHelpShowsTheScriptByTheNameThatItWasCalledBy() throws IOException {
        String usage = "Usage: " + program() + " token [";
        // A long line is broken, at a blank or not.
        assertThat(printed(program(), "token", "--help").replaceAll("\\s+", "")).contains(usage.replace(" ", ""));
    }

    private String program() {
        return unpacked.resolve("bin/fanfare").toString();
    }

    private Path cache() {
        return unpacked.resolve("cache/fanfare.cache");
    }

    /** What a command of the archive prints, in a folder of its own; the environment's options of the JVM would be noted there. */
    private String printed(String... command) throws IOException {
        Path own = Files.createTempDirectory(folder, "own");
        ChildProcess child = ChildProcess.start(own, List.of(command), JAVA);
        assertThat(child.exited(Duration.ofMinutes(10))).isTrue();
        child.close();
        assertThat(child.process().exitValue()).as(child.output()).isZero();
        return child.output();
    }

    /** Up to some version a JVM keeps none of the classes of a jar whose path has a blank in it. */
    private void avoidBlanksWhereTheJvmCannotBearThem() throws IOException {
        if (Runtime.version().feature() < 24) {
            unpacked = Files.move(unpacked, ChildProcess.directory("trained").resolve("fanfare"));
        }
    }

    private void assertMadeBy(String... command) throws IOException {
        assertThat(printed(command)).containsOnlyOnce("The cache is made: ").hasLineCount(1);
    }

    /** Options of the JVM that write down where each class comes from, until they are taken back. */
    private Path noteClasses() throws IOException {
        Path noted = folder.resolve("classes.txt");
        Files.writeString(unpacked.resolve("etc/jvm.options"), "\"-Xlog:class+load:file=" + noted + "\"\n");
        return noted;
    }

    private static void assertFromCache(Path noted, boolean isFromCache) throws IOException {
        assertThat(Files.readString(noted))
                .containsPattern("dev\\.fanfare\\.server\\.Ending source: "
                        + (isFromCache ? "shared objects file" : "(file|jrt):"));
    }

    @Test
    void aTrainedServerStartsFromItsCacheAndAStaleOneIsPassedOverInSilenceUntilItIsMadeAnew() throws Exception {
        avoidBlanksWhereTheJvmCannotBearThem();
        assertMadeBy(program(), "train");
        Object made = Files.readAttributes(cache(), BasicFileAttributes.class).fileKey();
        Path noted = noteClasses();
        int port = ChildProcess.freePort();
        try (ChildProcess server = ChildProcess.start(
                        folder, List.of(program(), "--dev", "--port", String.valueOf(port)), JAVA)
                .awaitReady(URI.create("http://127.0.0.1:" + port + "/"))) {
            assertFromCache(noted, true);
            OneEvent.goesThroughAndASignalEndsAll(server, port);
        }
        assertThat(printed(program(), "train", "--if-needed")).isEmpty();
        assertThat(Files.readAttributes(cache(), BasicFileAttributes.class).fileKey())
                .isEqualTo(made);

        Files.setLastModifiedTime(unpacked.resolve("lib/fanfare.jar"), FileTime.fromMillis(0));
        assertThat(printed(program(), "--version")).startsWith("Fanfare ").hasLineCount(1);
        assertFromCache(noted, false);

        assertMadeBy(program(), "train", "--if-needed");
        assertThat(printed(program(), "--version")).startsWith("Fanfare ").hasLineCount(1);
        assertFromCache(noted, true);
        try (Stream<Path> inside = Files.list(cache().getParent())) {
            assertThat(inside).containsExactlyInAnyOrder(cache(), Path.of(cache() + ".options"));
        }
    }

    @Test
    void noCacheKeepsTheServerFromStarting() throws Exception {
        assertMadeBy(program(), "train");
        Path options = Path.of(cache() + ".options");
        String ours = Files.readString(options);

        // Of another JVM, which may have options that this one does not know.
        Files.writeString(options, ours.replace("# JAVA_VERSION=", "# JAVA_VERSION=1") + "-XX:+NobodyKnowsThis\n");
        assertThat(printed(program(), "--version")).startsWith("Fanfare ").hasLineCount(1);
        Files.writeString(options, ours);

        // With another form of references, and beside an option that some JVMs do not bear with a cache.
        for (String option : List.of("-XX:-UseCompressedOops", "-Xshare:auto", "-XX:+UseSerialGC")) {
            Files.writeString(unpacked.resolve("etc/jvm.options"), option);
            assertThat(printed(program(), "--version")).startsWith("Fanfare ").hasLineCount(1);
        }

        // Cut off, as by a full disk: some JVMs die of it.
        byte[] half = Arrays.copyOf(Files.readAllBytes(cache()), (int) (Files.size(cache()) / 9));
        Files.delete(cache());
        Files.write(cache(), half);
        assertThat(printed(program(), "--version")).startsWith("Fanfare ").hasLineCount(1);

        // A pipe would hold whoever looks into it.
        for (Path file : List.of(cache(), options)) {
            Files.delete(file);
            assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                    .isZero();
            assertThat(printed(program(), "--version")).startsWith("Fanfare ").hasLineCount(1);
        }
    }

    @Test
    void theJarAloneStartsFromACacheByTheOptionsBesideIt() throws Exception {
        avoidBlanksWhereTheJvmCannotBearThem();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String jar = unpacked.resolve("lib/fanfare.jar").toString();
        Path made = folder.resolve("its cache");
        Path noted = folder.resolve("classes.txt");
        assertMadeBy(java, "-jar", jar, "train", made.toString());

        assertThat(printed(java, "@" + made + ".options", "-Xlog:class+load:file=" + noted, "-jar", jar, "--version"))
                .startsWith("Fanfare ")
                .hasLineCount(1);
        assertFromCache(noted, true);
    }

    private static boolean isJvm(ProcessHandle process) {
        return process.info().command().orElse("").endsWith("/java");
    }

    @Test
    void aSignalEndsATrainingRunAndItsJvmAndLeavesNothing() throws Exception {
        ChildProcess train = ChildProcess.start(folder, List.of(program(), "train"), JAVA);
        ProcessHandle child = await().atMost(Duration.ofSeconds(120))
                .until(() -> train.process().children().filter(ArchiveIT::isJvm).findAny(), Optional::isPresent)
                .orElseThrow();

        train.process().destroy();

        assertThat(train.exited(Duration.ofSeconds(60))).isTrue();
        assertThat(train.process().exitValue()).isEqualTo(1);
        await().atMost(Duration.ofSeconds(60)).until(() -> !child.isAlive());
        assertThat(cache().getParent()).isEmptyDirectory();
        train.close();
    }

    @Test
    void bothArchivesHoldTheSameAndEverythingOfTheProject() throws IOException {
        Map<String, Long> expected = new TreeMap<>();
        try (Stream<Path> files = Files.walk(unpacked)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                expected.put(folder.relativize(file).toString(), Files.size(file));
            }
        }
        Map<String, Long> zipped = new TreeMap<>();
        String zip = ARCHIVE.toString().replaceAll("\\.tar\\.gz$", ".zip");
        try (ZipFile file = new ZipFile(zip)) {
            file.stream()
                    .filter(entry -> !entry.isDirectory())
                    .forEach((ZipEntry entry) -> zipped.put(entry.getName(), entry.getSize()));
        }
        assertThat(zipped).isEqualTo(expected);

        assertThat(unpacked.resolve("LICENSE")).hasSameBinaryContentAs(Path.of("LICENSE"));
        Path dist = Path.of("src/main/dist");
        try (Stream<Path> files = Files.walk(dist)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path packed = unpacked.resolve(dist.relativize(file));
                assertThat(packed).hasSameBinaryContentAs(file);
                assertThat(Files.isExecutable(packed))
                        .as("%s is executable", packed)
                        .isEqualTo(Files.readString(file).startsWith("#!"));
            }
        }
    }
}
