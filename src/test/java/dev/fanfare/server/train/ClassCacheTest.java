package dev.fanfare.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.cli.CommandFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a cache may be, and what is beside it. */
class ClassCacheTest {
    private static final List<String> RELEASE = List.of("JAVA_VERSION=\"17\"", "", "SOURCE=\"\"");
    private static final List<String> OPTIONS = List.of("-XX:SharedArchiveFile=/a b/c\\d");

    @TempDir
    Path folder;

    private static void assertRefused(Path file, String... words) {
        assertThatThrownBy(() -> ClassCache.at(file))
                .isInstanceOfSatisfying(
                        CommandFailed.class, e -> assertThat(e.exitStatus()).isEqualTo(2))
                .hasMessageContainingAll(words);
    }

    @Test
    void foldersLinksAndDevicesAreRefused() throws IOException {
        assertRefused(folder, "is a folder", "give the name of a file");
        assertRefused(Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere")), "is a link");
        assertRefused(Path.of("/dev/null"), "is no regular file");
        Files.createDirectory(folder.resolve("a.options"));
        assertRefused(folder.resolve("a"), "a.options, which is a folder");
        assertRefused(Path.of("/"), "can't have the name");
    }

    @Test
    void namesThatTheJvmWouldTakeForSeveralAreRefused() {
        assertRefused(folder.resolve("a:b"), "can't have the name", "no ':'");
        assertRefused(folder.resolve("a\nb"), "no line break");
        assertRefused(folder.resolve("a\"b"), "no quotation mark");
    }

    /** As somebody does who takes FILE for the jar. */
    @Test
    void aFileThatIsNoCacheIsLeftAsItIs() throws IOException {
        Path jar = Files.writeString(folder.resolve("fanfare.jar"), "the jar");
        assertRefused(jar, "did not make", "fanfare.jar.options", "another name");
        assertThat(jar).hasContent("the jar");
    }

    @Test
    void aCacheIsKnownByItsSizeAndItsJvmAndItsOptions() throws IOException {
        ClassCache cache = ClassCache.at(folder.resolve("cache"));
        assertThat(cache.isMadeWith(RELEASE, OPTIONS)).isFalse();

        cache.replace(
                Files.writeString(folder.resolve("made"), "12345"),
                Files.writeString(folder.resolve("made.options"), ClassCache.text(5, RELEASE, OPTIONS)));

        assertThat(cache.isMadeWith(RELEASE, OPTIONS)).isTrue();
        assertThat(cache.isMadeWith(List.of("JAVA_VERSION=\"25\""), OPTIONS)).isFalse();
        assertThat(cache.isMadeWith(RELEASE, List.of())).isFalse();
        Files.writeString(cache.file(), "1234");
        assertThat(cache.isMadeWith(RELEASE, OPTIONS)).isFalse();
        assertThat(ClassCache.at(cache.file())).isEqualTo(cache);
    }

    @Test
    void theOptionsAreAnArgumentFileOfJava() {
        assertThat(ClassCache.text(5, RELEASE, OPTIONS))
                .isEqualTo("# 5\n# JAVA_VERSION=\"17\"\n# \n# SOURCE=\"\"\n\"-XX:SharedArchiveFile=/a b/c\\\\d\"\n");
    }
}
