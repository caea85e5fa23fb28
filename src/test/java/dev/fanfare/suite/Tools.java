package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Programs of the machine that look at files of ours. */
final class Tools {
    private Tools() {}

    /** The program on the PATH, null if there is none. */
    static @Nullable Path find(String name) {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getenv("PATH"))
                .flatMap(directory -> Stream.of(Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /** Node; where there is none the test is skipped, or fails if FANFARE_REQUIRE_NODE is true. */
    static Path requireNode() {
        Path node = find("node");
        return node != null
                ? node
                : missing(
                        "No Node: this test needs node on the PATH (Debian: apt install nodejs npm)",
                        "FANFARE_REQUIRE_NODE");
    }

    /** Skips a test whose program is missing, in these words, or has it fail where a variable of the environment is {@code true}. */
    static <T> T missing(String words, String required) {
        if (Boolean.parseBoolean(System.getenv(required))) {
            throw new AssertionError(words);
        }
        return abort(words);
    }

    /** What a command prints, which ends with status 0. */
    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
