package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code fanfare.js} without a browser: its tests, in {@code src/test/web}, are run by Node. */
class BrowserModuleTest {
    @Test
    void itsOwnTestsPass() {
        Path node = Tools.requireNode();
        try (ChildProcess tests = ChildProcess.start(
                ChildProcess.directory("browser-module"),
                List.of(
                        node.toString(),
                        "--test",
                        Path.of("src/test/web/fanfare.test.mjs")
                                .toAbsolutePath()
                                .toString()),
                Map.of())) {
            assertThat(tests.exited(Duration.ofMinutes(5))).isTrue();
            assertThat(tests.process().exitValue()).as(tests.output()).isZero();
            assertThat(tests.output()).containsPattern("(#|ℹ) pass [1-9]");
        }
    }
}
