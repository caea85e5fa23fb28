package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The file in which a server says which process it is, where something else has its name. */
@Timeout(60)
class PidFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("server.pid");
    }

    private void refused(String words) {
        assertThatThrownBy(() -> PidFile.write(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(words);
    }

    @Test
    void aFileThatHoldsSomethingElseIsLeftAsItIs() throws IOException {
        for (String other : new String[] {"a letter", "1\n2001-01-01T00:00:00Z\nmore\n", "12 monkeys"}) {
            Files.writeString(file, other);
            refused("something else");
            assertThat(file).hasContent(other);
        }
    }

    @Test
    void theFileOfAServerThatIsGoneIsTaken() throws IOException {
        for (String old : new String[] {"", "12", "12\n", "12\n\n", "12\n2001-01-01T00:00:00.120Z\n"}) {
            Files.writeString(file, old);
            try (PidFile written = PidFile.write(file)) {
                assertThat(Files.readAllLines(written.file()).get(0))
                        .isEqualTo(String.valueOf(ProcessHandle.current().pid()));
            }
            assertThat(file).doesNotExist();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aLinkIsNotFollowed() throws IOException {
        Path precious = Files.writeString(folder.resolve("precious"), "12\n");
        Files.createSymbolicLink(file, precious);
        refused("a link");
        assertThat(precious).hasContent("12");
        Files.delete(file);
        Files.createSymbolicLink(file, folder.resolve("not-there"));
        refused("a link");
        assertThat(folder.resolve("not-there")).doesNotExist();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aPipeHoldsNeitherTheServerNorTheCommand() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        refused("a pipe");
        assertThatThrownBy(() -> PidFile.server(file))
                .isInstanceOf(PidFile.NotThere.class)
                .hasMessageContaining("is not the file in which a server says");
    }

    @Test
    void whatAnotherServerHasPutInItsPlaceStays() throws IOException {
        Path result = ReloadResult.file(file);
        try (PidFile written = PidFile.write(file)) {
            Files.delete(written.file());
            Files.writeString(file, "12\n2001-01-01T00:00:00Z\n");
            Files.writeString(result, "its");
        }
        assertThat(file).exists();
        assertThat(result).exists();
    }
}
