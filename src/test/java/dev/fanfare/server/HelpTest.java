package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"", "sub", "pub", "watch", "top", "bench", "doctor", "check", "token", "train", "completion"})
    void helpFitsATerminalOf100Columns(String command) throws Exception {
        String[] arguments = (command + " --help").strip().split(" ");
        try (ChildJvm child = new ChildJvm("true", Main.class, arguments);
                BufferedReader out = child.process().inputReader()) {
            List<String> lines = out.lines().toList();

            assertThat(child.process().waitFor()).isZero();
            assertThat(lines)
                    .anyMatch(line -> line.startsWith("Usage: "))
                    .anyMatch(line -> line.contains("Exit status: ") || command.equals("completion"))
                    .allMatch(line -> line.length() <= 100);
        }
    }
}
