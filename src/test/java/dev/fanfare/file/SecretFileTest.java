package dev.fanfare.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTest {
    @TempDir
    private Path folder;

    @Test
    void itsOwnerAloneMayReadIt() throws IOException {
        Path file = folder.resolve("token");

        SecretFile.replace(file, "secret\n");

        assertThat(file).hasContent("secret\n");
        assertThat(Files.getPosixFilePermissions(file))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    @Test
    void aLinkOfThatNameIsReplacedAndWhatItLeadsToIsLeft() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "as it was");
        Path file = Files.createSymbolicLink(folder.resolve("token"), victim);

        SecretFile.replace(file, "secret");

        assertThat(victim).hasContent("as it was");
        assertThat(file).isRegularFile().hasContent("secret");
        assertThat(Files.isSymbolicLink(file)).isFalse();
    }

    @Test
    void aFolderOfThatNameIsLeft() throws IOException {
        Path file = Files.createDirectory(folder.resolve("token"));

        assertThatThrownBy(() -> SecretFile.replace(file, "secret"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it is a folder");
        assertThat(file).isDirectory();
    }

    @Test
    void whereItCantBeMadeNothingIsLeft() {
        Path file = folder.resolve("missing").resolve("token");

        assertThatThrownBy(() -> SecretFile.replace(file, "secret")).isInstanceOf(IOException.class);
        assertThat(file).doesNotExist();
    }
}
