package dev.fanfare.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.cli.CommandFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command decides before a training run; {@code ArchiveIT} runs one. */
class TrainCommandTest {
    @TempDir
    Path folder;

    @Test
    void theCacheIsInTheFolderForCachesOrBesideTheJar() {
        assertThat(TrainCommand.defaultFile("/var/cache/fanfare", "/a/fanfare.jar"))
                .isEqualTo(Path.of("/var/cache/fanfare/fanfare.cache"));
        assertThat(TrainCommand.defaultFile(null, "/a/fanfare.jar:/b/driver.jar"))
                .isEqualTo(Path.of("/a/fanfare.cache"));
        assertThat(TrainCommand.defaultFile("", "/a/fanfare.jar")).isEqualTo(Path.of("/a/fanfare.cache"));
    }

    @Test
    void aClassPathWithAFolderIsRefusedAndOneOfJarsBecomesAbsolute() throws IOException {
        Path jar = Files.createFile(folder.resolve("a.jar"));
        assertThat(TrainCommand.jars(jar + ":b.jar"))
                .isEqualTo(jar + ":" + Path.of("b.jar").toAbsolutePath());
        for (String path : new String[] {jar + ":" + folder, jar + ":", ""}) {
            assertThatThrownBy(() -> TrainCommand.jars(path))
                    .isInstanceOfSatisfying(
                            CommandFailed.class, e -> assertThat(e.exitStatus()).isEqualTo(2))
                    .hasMessageContainingAll("folder on the class path", "fanfare.jar");
        }
    }
}
