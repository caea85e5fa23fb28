package dev.fanfare.history.sqlite;

import static dev.fanfare.history.Histories.ROOMY;
import static dev.fanfare.history.Histories.append;
import static dev.fanfare.history.Histories.appendNumbered;
import static dev.fanfare.history.Histories.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.history.HistoryHolder;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.testing.Pipes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose file a history takes, how it leaves it, and what it refuses in words. */
class SqliteFileTest extends SqliteFixture {
    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void theFilesOfAHistoryAreTheirOwnersAlone() throws IOException {
        SqliteHistory history = open();
        append(history, event("1", "a"));
        for (String suffix : List.of("", "-wal", "-shm", ".lock")) {
            assertThat(mode(beside(path(), suffix))).as(suffix).isEqualTo("rw-------");
        }
    }

    @Test
    void aModeThatTheOperatorGaveIsKept() throws IOException {
        Files.createFile(path());
        Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("rw-r-----"));
        append(open(), event("1", "a"));
        assertThat(mode(path())).isEqualTo("rw-r-----");
        assertThat(mode(beside(path(), "-wal"))).isEqualTo("rw-r-----");
        closeAll();
        Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("rw-rw----"));
        append(open(), event("2", "a"));
        assertThat(mode(path())).isEqualTo("rw-rw----");
        assertThat(mode(beside(path(), "-wal"))).isEqualTo("rw-rw----");
    }

    @Test
    void whatIsNoFileIsRefusedInWordsAndLeftAsItIs() throws Exception {
        Path pipe = Pipes.make(directory.resolve("pipe"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("/dev/null"));
        for (Path no : List.of(pipe, link, Path.of("/dev/null"))) {
            assertThatThrownBy(() -> open(sqlite(ROOMY, no), ticker))
                    .isInstanceOfSatisfying(
                            HistoryRefused.class,
                            refused -> assertThat(refused.mayPass()).isFalse())
                    .hasMessageContaining(no.toString())
                    .hasMessageContaining("a device, a pipe or a socket; it must name a file");
        }
        assertThatThrownBy(() -> open(sqlite(ROOMY, directory), ticker))
                .isInstanceOf(HistoryRefused.class)
                .hasMessageContaining("is a directory; it must name a file");
        assertThat(Files.isSymbolicLink(link)).isTrue();
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory)) {
            assertThat(left).containsExactlyInAnyOrder(pipe, link);
        }
    }

    /** Before the file is made and after it; through two links, the second of which is relative. */
    @Test
    void aLinkIsFollowedAndNeverReplaced() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("real"));
        Path second = Files.createSymbolicLink(directory.resolve("second"), Path.of("real", "events.db"));
        Path link = Files.createSymbolicLink(path(), second);
        for (int i = 1; i <= 2; i++) {
            append(open(), event("" + i, "a"));
            closeAll();
            assertThat(Files.isSymbolicLink(link)).isTrue();
            assertThat(Files.isSymbolicLink(second)).isTrue();
            assertThat(folder.resolve("events.db")).isRegularFile();
        }
        assertThat(open().head()).isEqualTo(2);
    }

    @Test
    void aLinkThatLeadsToItselfIsRefused() throws IOException {
        Files.createSymbolicLink(path(), path());
        assertThatThrownBy(this::open).isInstanceOf(HistoryRefused.class).hasMessageContaining("can't be reached");
    }

    @Test
    void aDeletedFileIsAnotherLog() throws IOException {
        SqliteHistory history = open();
        append(history, event("1", "a"));
        closeWhole(history);
        Files.delete(path());
        SqliteHistory next = open();
        assertThat(next.epoch()).isNotEqualTo(history.epoch());
        assertThat(next.head()).isZero();
    }

    @Test
    void aFileInUseIsRefusedUntilItIsLetGo() {
        SqliteHistory history = open();
        append(history, event("1", "a"));
        for (int i = 0; i < 2; i++) { // a refusal must not undo the lock either
            assertThatThrownBy(() -> SqliteHistory.open(sqlite(ROOMY, path()), ticker))
                    .isInstanceOf(HistoryRefused.class)
                    .hasMessageContaining("in use by this process");
        }
        history.close();
        assertThat(open().head()).isEqualTo(1);
    }

    @Test
    void aFileThatAnotherProcessUsesIsRefusedUntilThatIsKilled() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HistoryHolder.class.getName(),
                        path().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('1');
            assertThatThrownBy(this::open)
                    .isInstanceOf(HistoryRefused.class)
                    .hasMessageContaining("in use by process " + other.pid());
            other.destroyForcibly().waitFor();
            assertThat(open().head()).isEqualTo(1);
        } finally {
            other.destroyForcibly();
        }
    }

    private void assertRefusedAndLeftAlone(String words) throws IOException {
        byte[] before = Files.readAllBytes(path());
        assertThatThrownBy(this::open).isInstanceOf(HistoryRefused.class).hasMessageContaining(words);
        assertThat(Files.readAllBytes(path())).isEqualTo(before);
    }

    @Test
    void aFileOfAnotherKindIsRefusedAndLeftAlone() throws Exception {
        Files.writeString(path(), "my thesis");
        assertRefusedAndLeftAlone("is not a history of Fanfare");
        Files.writeString(path(), "my thesis".repeat(1000));
        assertRefusedAndLeftAlone("is not a history of Fanfare");
        Files.delete(path());
        execute("CREATE TABLE event(position INTEGER PRIMARY KEY)");
        assertRefusedAndLeftAlone("is not a history of Fanfare");
    }

    @Test
    void aFileOfAnotherLayoutIsRefused() throws Exception {
        closeWhole(open());
        execute("PRAGMA user_version=99");
        assertRefusedAndLeftAlone("has layout 99");
    }

    @Test
    void aTornFileIsRefusedAndLeftAlone() throws Exception {
        SqliteHistory history = open();
        appendNumbered(history, 500, "a");
        closeWhole(history);
        try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "rw")) {
            file.setLength(file.length() - 4096);
        }
        assertRefusedAndLeftAlone("is damaged");
        try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "rw")) {
            file.setLength(50);
        }
        assertRefusedAndLeftAlone("is not a history of Fanfare");
    }

    @Test
    void aFileWhoseNewestEventIsDamagedIsRefused() throws Exception {
        SqliteHistory history = open();
        append(history, event("1", "a"), event("needle-in-a-haystack", "a"));
        closeWhole(history);
        overwrite("needle-in-a-haystack", "noodle-in-a-haystack");
        assertRefusedAndLeftAlone("the checksum of an event does not fit");
    }

    @Test
    void aWriteAheadLogWhoseFileIsGoneIsRefusedAndLeftAlone() throws IOException {
        Path wal = beside(path(), "-wal");
        Files.writeString(wal, "events");
        assertThatThrownBy(this::open).isInstanceOf(HistoryRefused.class).hasMessageContaining("is not there, but");
        assertThat(wal).hasContent("events");
    }

    @Test
    void aPlaceThatCantBeIsRefused() throws IOException {
        Path none = directory.resolve("none").resolve("a.db");
        assertThatThrownBy(() -> open(sqlite(ROOMY, none), ticker))
                .isInstanceOf(HistoryRefused.class)
                .hasMessageContaining("there is no directory");
        assertThatThrownBy(() -> open(sqlite(ROOMY, directory), ticker))
                .isInstanceOf(HistoryRefused.class)
                .hasMessageContaining("is a directory");
    }
}
