package dev.fanfare.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.testing.Pipes;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class SmallFileTest {
    @TempDir
    Path folder;

    @Test
    void aFileIsReadThroughALinkUpToItsBound() throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[1024]);
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThat(SmallFile.bytes(link, 1)).hasSize(1024);

        Files.write(file, new byte[1025]);
        assertThatThrownBy(() -> SmallFile.bytes(link, 1))
                .isInstanceOf(UnfitFile.class)
                .hasMessage("is longer than 1 KiB");
    }

    @Test
    void whatHoldsItsReaderForEverIsRefused() throws Exception {
        for (Path each : new Path[] {Pipes.make(folder.resolve("pipe")), Path.of("/dev/zero"), folder}) {
            assertThatThrownBy(() -> SmallFile.bytes(each, 1))
                    .isInstanceOf(UnfitFile.class)
                    .hasMessageContaining("a directory, a pipe or a device");
        }
        assertThatThrownBy(() -> SmallFile.bytes(folder.resolve("none"), 1)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void whatIsNoUtf8IsNoText() throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[] {(byte) 0xff});
        assertThatThrownBy(() -> SmallFile.text(file, 1)).isInstanceOf(CharacterCodingException.class);
        Files.writeString(file, "grüße");
        assertThat(SmallFile.text(file, 1)).isEqualTo("grüße");
    }
}
