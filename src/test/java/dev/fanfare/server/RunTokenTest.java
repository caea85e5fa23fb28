package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.auth.TokenKey;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTokenTest {
    @TempDir
    Path folder;

    /** Two servers may have one port, each on an address of its own. */
    @Test
    void aServerThatEndsLeavesTheTokenThatAnotherHasPutInItsPlace() throws Exception {
        Path file = folder.resolve("fanfare-8080.token");
        RunToken first = RunToken.inFile(TokenKey.random(), folder, 8080);
        RunToken second = RunToken.inFile(TokenKey.random(), folder, 8080);
        String token = Files.readString(file);

        first.close();
        assertThat(file).hasContent(token.strip());

        second.close();
        assertThat(file).doesNotExist();
    }
}
