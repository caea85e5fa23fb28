package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code mvn package} packs, unpacked by a stranger in an empty folder. */
@Timeout(300)
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
