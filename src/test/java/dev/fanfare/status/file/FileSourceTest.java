package dev.fanfare.status.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.testing.ManualTicker;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileSourceTest {
    private static final int MAX_BYTES = 1000;

    @TempDir
    Path top;

    private Path folder = Path.of("");
    private final ManualTicker ticker = new ManualTicker();

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(top.resolve("folder"));
        Files.writeString(top.resolve("secret.json"), "\"secret\"");
        // The clock of these tests is moved by hand, from a moment behind all that they write.
        ticker.advance(
                Duration.between(ManualTicker.BEGIN, java.time.Instant.now()).plus(Duration.ofHours(1)));
    }

    private FileSource source(String file) {
        return new FileSource(new FileSourceSettings(folder, file, MAX_BYTES), ticker);
    }

    private Reading read(String job) throws IOException {
        return source("{job}.json").read(Map.of("job", job));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String json(Reading reading) {
        return ((Reading.Value) reading).value().toString();
    }

    private static @Nullable String validator(Reading reading) {
        return ((Reading.Value) reading).validator();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret",
                "..\\secret",
                "sub/../../secret",
                "/etc/passwd",
                "a\u0000b",
                "a\r\nb",
                "C:secret",
                "sub/inside"
            })
    void aValueThatIsNoNameOfAFileInTheFolderNamesNone(String value) throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        write("sub/inside.json", "1");

        assertThat(read(value)).isEqualTo(new Reading.Gone());
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "..%2fsecret", "%2e%2e%2fsecret", "other"})
    void aValueThatIsTheNameOfAFileThatIsNotThereIsMissing(String value) throws IOException {
        assertThat(read(value)).isEqualTo(new Reading.Missing());
    }

    @Test
    void aValueOfTenKilobytesNamesNone() throws IOException {
        assertThat(read("x".repeat(10_000))).isEqualTo(new Reading.Gone());
    }

    @Test
    void aValueMayNameAFolderWhereTheFileSaysSo() throws IOException {
        Files.createDirectory(folder.resolve("main"));
        write("main/17.json", "17");
        FileSource source = source("{branch}/{job}.json");

        assertThat(json(source.read(Map.of("branch", "main", "job", "17")))).isEqualTo("17");
        assertThat(source.read(Map.of("branch", "..", "job", "secret"))).isEqualTo(new Reading.Gone());
        assertThat(source.read(Map.of("branch", "main/..", "job", "17"))).isEqualTo(new Reading.Gone());
    }

    @Test
    void aLinkThatLeadsOutOfTheFolderIsNotFollowed() throws IOException {
        Files.createSymbolicLink(folder.resolve("out.json"), top.resolve("secret.json"));
        Files.createSymbolicLink(folder.resolve("up"), top);

        SourceFailure failure = catchThrowableOfType(SourceFailure.class, () -> read("out"));
        assertThat(failure.reason()).isEqualTo("can't be read");
        assertThat(failure)
                .hasMessageContaining("leads out of the folder")
                .message()
                .doesNotContain("secret");
        assertThatThrownBy(() -> source("{dir}/{job}.json").read(Map.of("dir", "up", "job", "secret")))
                .isInstanceOf(SourceFailure.class);
    }

    @Test
    void linksInsideOfTheFolderAreFollowedAsAMountedConfigMapHasThem() throws IOException {
        Files.createDirectory(folder.resolve("..first"));
        write("..first/1.json", "1");
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..first"));
        Files.createSymbolicLink(folder.resolve("1.json"), Path.of("..data", "1.json"));

        assertThat(json(read("1"))).isEqualTo("1");
    }

    @Test
    void theFolderItselfMayBeALink() throws IOException {
        write("1.json", "1");
        Path link = Files.createSymbolicLink(top.resolve("link"), folder);

        FileSource source = new FileSource(new FileSourceSettings(link, "{job}.json", MAX_BYTES), ticker);
        assertThat(json(source.read(Map.of("job", "1")))).isEqualTo("1");
    }

    @Test
    void whatWasAFileAndBecomesALinkBetweenFindingAndReadingIsNotFollowed() throws IOException {
        write("1.json", "1");
        Folder found = new Folder(folder);
        Path real = found.find(List.of("1.json"));
        Files.delete(folder.resolve("1.json"));
        Files.createSymbolicLink(folder.resolve("1.json"), top.resolve("secret.json"));

        assertThat(real).isNotNull();
        assertThatThrownBy(() -> found.read(real, MAX_BYTES)).isInstanceOf(SourceFailure.class);
    }

    @Test
    void whatWasAFolderAndBecomesALinkBetweenFindingAndReadingIsNotFollowed() throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        write("sub/secret.json", "1");
        try (var stream = Files.newDirectoryStream(folder)) {
            assumeThat(stream).as("this system can do it").isInstanceOf(java.nio.file.SecureDirectoryStream.class);
        }
        Folder found = new Folder(folder);
        Path real = found.find(List.of("sub", "secret.json"));
        Files.move(folder.resolve("sub"), folder.resolve("was"));
        Files.createSymbolicLink(folder.resolve("sub"), top);

        assertThat(real).isNotNull();
        assertThatThrownBy(() -> found.read(real, MAX_BYTES)).isInstanceOf(SourceFailure.class);
    }

    @Test
    void whatIsNoPlainFileIsRefused() throws IOException {
        Files.createDirectory(folder.resolve("1.json"));

        assertThatThrownBy(() -> read("1"))
                .isInstanceOf(SourceFailure.class)
                .hasMessageContaining("not a regular file");
    }

    @Test
    void aFileThatIsTooLargeIsNotRead() throws IOException {
        try (RandomAccessFile huge =
                new RandomAccessFile(folder.resolve("huge.json").toFile(), "rw")) {
            huge.setLength(10L << 30);
        }
        write("fits.json", "\"" + "x".repeat(MAX_BYTES - 2) + "\"");
        write("over.json", "\"" + "x".repeat(MAX_BYTES - 1) + "\"");

        assertThat(json(read("fits"))).hasSize(MAX_BYTES);
        for (String name : List.of("huge", "over")) {
            assertThatThrownBy(() -> read(name)).hasMessage("a file is larger than 1000 bytes");
        }
    }

    @Test
    void noMoreThanAskedForIsReadOfAFileThatHasGrown() throws IOException {
        Path file = write("1.json", "x".repeat(5000));
        Path real = file.toRealPath();

        assertThat(new Folder(folder).read(real, 100)).hasSize(100);
        assertThat(new Folder(folder).read(real, 5000)).hasSize(5000);
        assertThat(new Folder(folder).read(real, 5001)).hasSize(5000);
    }

    @Test
    void aFileThatHasNotChangedIsNotReadAgain() throws IOException {
        write("1.json", "1");
        FileSource source = source("{job}.json");
        String validator = validator(source.read(Map.of("job", "1")));

        assertThat(source.read(Map.of("job", "1"), validator)).isEqualTo(new Reading.Unchanged(Duration.ZERO));
    }

    @Test
    void aFileReplacedAtOnceByOneOfTheSameSizeAndTimeIsNoticed() throws IOException {
        Path file = write("1.json", "1");
        FileSource source = source("{job}.json");
        FileTime time = Files.getLastModifiedTime(file);
        String validator = validator(source.read(Map.of("job", "1")));

        Path next = Files.writeString(top.resolve("next"), "2");
        Files.setLastModifiedTime(next, time);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);

        assertThat(json(source.read(Map.of("job", "1"), validator))).isEqualTo("2");
    }

    @Test
    void aFileChangedJustNowIsReadAgainSinceClocksOfFileSystemsAreCoarse() throws IOException {
        ManualTicker now = new ManualTicker();
        now.advance(Duration.between(ManualTicker.BEGIN, java.time.Instant.now()));
        Path file = write("1.json", "1");
        FileTime time = Files.getLastModifiedTime(file);
        FileSource source = new FileSource(new FileSourceSettings(folder, "{job}.json", MAX_BYTES), now);
        String validator = validator(source.read(Map.of("job", "1")));
        write("1.json", "2");
        Files.setLastModifiedTime(file, time);

        assertThat(json(source.read(Map.of("job", "1"), validator))).isEqualTo("2");
    }

    @Test
    void aHalfWrittenFileLeavesTheStatusAsItWasUntilItIsWhole() throws IOException {
        ManualTicker now = new ManualTicker();
        now.advance(Duration.between(ManualTicker.BEGIN, java.time.Instant.now()));
        FileSource source = new FileSource(new FileSourceSettings(folder, "{job}.json", MAX_BYTES), now);
        write("1.json", "{\"state\":\"queued\"}");
        String validator = validator(source.read(Map.of("job", "1")));

        for (String half : List.of("", "{\"state\":", "{\"state\":\"don")) {
            write("1.json", half);
            assertThat(source.read(Map.of("job", "1"), validator)).isEqualTo(new Reading.Unchanged(Duration.ZERO));
        }
        write("1.json", "{\"state\":\"done\"}");
        assertThat(json(source.read(Map.of("job", "1"), validator))).isEqualTo("{\"state\":\"done\"}");
    }

    @Test
    void aFileThatStaysBrokenIsAFailure() throws IOException {
        write("1.json", "1");
        String validator = validator(read("1"));
        write("1.json", "{\"state\":");

        assertThatThrownBy(() -> source("{job}.json").read(Map.of("job", "1"), validator))
                .isInstanceOf(SourceFailure.class);
        assertThatThrownBy(() -> source("{job}.json").read(Map.of("job", "1")))
                .as("and one that was never whole")
                .isInstanceOf(SourceFailure.class);
    }

    @Test
    void whatIsNotCalledJsonIsText() throws IOException {
        write("1.txt", "building {1}\n");
        write("2.txt", "two\nlines\r\n");
        FileSource source = source("{job}.txt");

        assertThat(json(source.read(Map.of("job", "1")))).isEqualTo("\"building {1}\"");
        assertThat(json(source.read(Map.of("job", "2")))).isEqualTo("\"two\\nlines\"");
        Files.write(folder.resolve("3.txt"), new byte[] {'f', (byte) 0xfc});
        assertThatThrownBy(() -> source.read(Map.of("job", "3"))).hasMessageContaining("not UTF-8");
    }

    @Test
    void aFolderThatIsGoneIsAFailureAndNotTheEndOfAllStatuses() throws IOException {
        write("1.json", "1");
        Files.move(folder, top.resolve("elsewhere"));
        assertThatThrownBy(() -> read("1", folder)).isInstanceOf(SourceFailure.class);

        Files.move(top.resolve("elsewhere"), folder);
        assertThat(json(read("1"))).isEqualTo("1");
    }

    private Reading read(String job, Path gone) throws IOException {
        Files.createDirectory(gone);
        FileSource source = source("{job}.json");
        Files.delete(gone);
        return source.read(Map.of("job", job));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/{job}.json",
                "../{job}.json",
                "a//b.json",
                "{job",
                "{}.json",
                "{1}.json",
                "..",
                "a/./b",
                "C:{job}"
            })
    void aFileThatCantBeUsedIsRefused(String file) {
        assertThatThrownBy(() -> new FileSourceSettings(folder, file, MAX_BYTES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the file '" + file + "' can't be used: ");
    }

    @Test
    void theFolderHasToBeThere() {
        assertThatThrownBy(() -> new FileSourceSettings(top.resolve("none"), "{job}.json", MAX_BYTES))
                .hasMessage("there is no folder " + top.resolve("none") + "; make it, or name one that is there");
    }

    @Test
    void nothingStaysOpen() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        assumeThat(descriptors).isDirectory();
        Files.createDirectory(folder.resolve("sub"));
        write("sub/1.json", "1");
        FileSource source = source("sub/{job}.json");
        source.read(Map.of("job", "1"));
        long before = count(descriptors);
        for (int i = 0; i < 200; i++) {
            source.read(Map.of("job", "1"));
            source.read(Map.of("job", "none"));
        }
        assertThat(count(descriptors)).isLessThan(before + 100);
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }
}
