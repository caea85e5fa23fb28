package dev.fanfare.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.cli.CommandFailed;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a training run takes over from the JVM that starts it. */
class SameJvmTest {
    private static final Map<String, String> G1 = Map.of(
            "UseG1GC", "true",
            "UseZGC", "false",
            "UseCompressedOops", "true",
            "UseCompressedClassPointers", "true",
            "MaxHeapSize", String.valueOf(8L << 30));

    @Test
    void theFormOfReferencesIsThatOfTheJvmAndTheHeapIsSmallOnALargeMachine() {
        assertThat(new SameJvm(List.of("-Xmx8g"), G1).options())
                .containsExactly(
                        "-XX:+UnlockExperimentalVMOptions",
                        "-XX:+UseG1GC",
                        "-XX:+UseCompressedOops",
                        "-Xmx" + (512L << 20));
    }

    @Test
    void aSmallHeapStaysSmallAndUnusualFormsAreTakenOver() {
        assertThat(new SameJvm(
                                List.of(),
                                Map.of(
                                        "UseZGC", "true",
                                        "UseCompressedOops", "false",
                                        "UseCompressedClassPointers", "false",
                                        "UseCompactObjectHeaders", "true",
                                        "ObjectAlignmentInBytes", "16",
                                        "MaxHeapSize", String.valueOf(64L << 20)))
                        .options())
                .contains(
                        "-XX:+UseZGC",
                        "-XX:-UseCompressedOops",
                        "-XX:-UseCompressedClassPointers",
                        "-XX:+UseCompactObjectHeaders",
                        "-XX:ObjectAlignmentInBytes=16",
                        "-Xmx" + (64L << 20));
    }

    @Test
    void ofTheOptionsOnlyThoseOfModulesAndFoldersAreTakenOver() {
        List<String> options = new SameJvm(
                        List.of(
                                "--enable-native-access=ALL-UNNAMED",
                                "-javaagent:agent.jar",
                                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y",
                                "-Dfanfare.http.port=8080",
                                "-Djava.io.tmpdir=/a b",
                                "-Dcom.sun.management.jmxremote.port=9010",
                                "-XX:OnOutOfMemoryError=reboot",
                                "-Xlog:gc"),
                        G1)
                .options();

        assertThat(options)
                .contains("--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=/a b")
                .noneMatch(option -> option.matches("-(javaagent|agentlib|Dfanfare|Dcom|XX:OnOut|Xlog).*"));
    }

    @Test
    void theJvmOfTheTestTellsItsForm() {
        assertThat(SameJvm.running().options())
                .anyMatch(option -> option.matches("-XX:\\+Use\\w+GC"))
                .anyMatch(option -> option.matches("-XX:[+-]UseCompressedOops"))
                .anyMatch(option -> option.matches("-Xmx[0-9]+"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xshare:auto",
                "-Xshare:off",
                "-XX:SharedArchiveFile=other.jsa",
                "-XX:ArchiveClassesAtExit=other.jsa",
                "-XX:+AutoCreateSharedArchive",
                "-XX:AOTCache=other.aot",
                "-XX:AOTMode=off",
                "-XX:+AOTClassLinking"
            })
    void aJvmThatHasACacheAlreadyOrIsToHaveNoneIsRefused(String option) {
        assertThatThrownBy(() -> new SameJvm(List.of(option), G1).refuseOtherCaches(Set.of("-XX:AOTCache=our.cache")))
                .isInstanceOfSatisfying(
                        CommandFailed.class, e -> assertThat(e.exitStatus()).isEqualTo(2))
                .hasMessageContainingAll(option, "take it out");
    }

    @Test
    void ourOwnCacheIsNoHindrance() {
        assertThatCode(() -> new SameJvm(List.of("-XX:AOTCache=our.cache", "-Xlog:gc", "-Xmx1g"), G1)
                        .refuseOtherCaches(Set.of("-XX:AOTCache=our.cache")))
                .doesNotThrowAnyException();
    }
}
