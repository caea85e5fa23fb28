package dev.fanfare.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which options which version of Java takes. */
class CacheOptionsTest {
    private static final Path FILE = Path.of("/c/fanfare.cache");

    @ParameterizedTest
    @ValueSource(ints = {17, 21, 23})
    void upToJava23OneJvmMakesAnArchiveWhenItEnds(int feature) {
        CacheOptions options = new CacheOptions(feature);

        assertThat(options.train(FILE))
                .containsExactly("-XX:ArchiveClassesAtExit=/c/fanfare.cache", "-Xlog:cds*=error");
        assertThat(options.assemble(FILE)).isEmpty();
        assertThat(options.use(FILE)).containsExactly("-XX:SharedArchiveFile=/c/fanfare.cache", "-Xlog:cds*=off");
        assertThat(options.require(FILE)).containsExactly("-Xshare:on", "-XX:SharedArchiveFile=/c/fanfare.cache");
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 25, 26})
    void fromJava24OnOneJvmRecordsAndAnotherOneAssembles(int feature) {
        CacheOptions options = new CacheOptions(feature);

        assertThat(options.train(FILE))
                .contains("-XX:AOTMode=record", "-XX:AOTConfiguration=/c/fanfare.cache.recorded");
        assertThat(options.assemble(FILE))
                .contains(
                        "-XX:AOTMode=create",
                        "-XX:AOTConfiguration=/c/fanfare.cache.recorded",
                        "-XX:AOTCache=/c/fanfare.cache");
        assertThat(options.use(FILE)).contains("-XX:AOTCache=/c/fanfare.cache", "-Xlog:cds*=off");
        assertThat(options.require(FILE)).containsExactly("-XX:AOTMode=on", "-XX:AOTCache=/c/fanfare.cache");
    }

    /** An option that a JVM does not know keeps it from starting. */
    @Test
    void versionsBefore25DoNotKnowTheTagOfTheNewerOnesInTheirLog() {
        assertThat(new CacheOptions(24).use(FILE)).doesNotContain("-Xlog:aot*=off");
        assertThat(new CacheOptions(25).use(FILE)).contains("-Xlog:aot*=off");
    }
}
