package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The unit of {@code src/main/dist}, by systemd's own tool. Skipped where there is none. */
@Timeout(240)
class SystemdUnitTest {
    /** In tenths; 100 is a service without protection, 92 what systemd calls unsafe. */
    private static final String MOST_EXPOSED = "20";

    private static final Path DIST = Path.of("src/main/dist");

    private Path tool;
    private Path unit;

    @BeforeEach
    void findTheTool() throws IOException {
        tool = Tools.find("systemd-analyze");
        assumeThat(tool).as("systemd-analyze is installed").isNotNull();
        String text = Files.readString(DIST.resolve("systemd/fanfare.service"));
        assertThat(text).contains("ExecStart=/opt/fanfare/bin/fanfare ");
        unit = Files.writeString(
                ChildProcess.directory("systemd").resolve("fanfare.service"),
                text.replace("/opt/fanfare", DIST.toAbsolutePath().toString()));
    }

    @Test
    void systemdKnowsEachLineOfTheUnit() throws Exception {
        assertThat(Tools.run(tool.toString(), "verify", "--man=no", "--recursive-errors=no", unit.toString()))
                .doesNotContain("fanfare.service");
    }

    @Test
    void theServiceIsHardlyExposed() throws Exception {
        assertThat(Tools.run(
                        tool.toString(), "security", "--offline=true", "--threshold=" + MOST_EXPOSED, unit.toString()))
                .contains("Overall exposure level");
    }
}
