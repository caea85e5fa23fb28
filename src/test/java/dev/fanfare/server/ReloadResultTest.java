package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server leaves for the command, and what else may be in its place. */
class ReloadResultTest {
    @TempDir
    Path folder;

    private Path pidFile;

    @BeforeEach
    void name() {
        pidFile = folder.resolve("server.pid");
    }

    private void left(String text) throws IOException {
        Files.writeString(ReloadResult.file(pidFile), text);
    }

    @Test
    void whatIsWrittenIsReadHoweverLongItIs() throws IOException {
        assertThat(ReloadResult.read(pidFile)).isEmpty();
        ReloadResult result = new ReloadResult(
                Instant.EPOCH, ReloadResult.WRONG, Collections.nCopies(1000, "\u0001".repeat(1 << 20)));
        result.write(pidFile);
        assertThat(ReloadResult.read(pidFile)).contains(result);
        assertThat(result.words()).hasSize(100).last().isEqualTo("and 901 more");
    }

    @Test
    void whatIsNoResultIsNone() throws IOException {
        for (String text : List.of(
                "",
                "{}",
                "[]",
                "{\"began\":\"2999-01-01T00:00:00Z\",\"status\":77,\"words\":[]}",
                "{\"began\":\"2999-01-01T00:00:00Z\",\"status\":0,\"words\":[1]}")) {
            left(text);
            assertThat(ReloadResult.read(pidFile)).as(text).isEmpty();
        }
    }

    @Test
    void whatCanNotBeReadIsSaid() throws IOException {
        Path file = ReloadResult.file(pidFile);
        Files.write(file, new byte[] {(byte) 0xff});
        assertThatThrownBy(() -> ReloadResult.read(pidFile)).isInstanceOf(IOException.class);
        Files.delete(file);
        Files.createDirectory(file);
        assertThatThrownBy(() -> ReloadResult.read(pidFile)).isInstanceOf(IOException.class);
    }
}
