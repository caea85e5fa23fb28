package dev.fanfare.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a process ends that a training run has started. */
@Timeout(120)
class ChildJvmsTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private ChildJvms within(Duration time) {
        return new ChildJvms(folder, System.nanoTime() + time.toNanos());
    }

    private static List<String> shell(String script) {
        return List.of("sh", "-c", script);
    }

    private ProcessHandle started() {
        Path pid = folder.resolve("pid");
        await().atMost(LONG)
                .until(() -> Files.exists(pid) && Files.readString(pid).endsWith("\n"));
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                    .orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theLastWordsTellWhyItFailed() throws Exception {
        ChildJvms.Ended ended = within(LONG).run(shell("yes 0123456789 | head -9999; echo; echo no room; exit 3"));

        assertThat(ended.isWell()).isFalse();
        assertThat(ended.words())
                .startsWith("ended with status 3: ")
                .endsWith(" no room")
                .hasSizeLessThan(1100);
        assertThat(within(LONG).run(shell("echo fine")).isWell()).isTrue();
    }

    @Test
    void oneThatHangsIsKilledWhenTheTimeIsOver() throws Exception {
        ChildJvms.Ended ended = within(Duration.ofSeconds(1)).run(shell("trap '' TERM; echo held; exec sleep 1000"));

        assertThat(ended.isWell()).isFalse();
        assertThat(ended.words()).contains("did not end in time and was killed");
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .noneMatch(child -> child.info().command().orElse("").endsWith("/sleep"));
    }

    @Test
    void stoppingKillsTheOneThatRunsAndStartsNoOther() throws Exception {
        ChildJvms children = within(LONG);
        CompletableFuture<ChildJvms.Ended> ended = CompletableFuture.supplyAsync(() -> {
            try {
                return children.run(shell("echo $$ > pid; exec sleep 1000"));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        ProcessHandle child = started();

        children.stop();

        assertThatThrownBy(ended::get)
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(InterruptedException.class);
        await().atMost(LONG).until(() -> !child.isAlive());
        assertThatThrownBy(() -> children.run(shell("touch ran"))).isInstanceOf(InterruptedException.class);
        assertThat(folder.resolve("ran")).doesNotExist();
    }

    /** They would come on top of the options that the child is given. */
    @Test
    void optionsAndSettingsOfTheEnvironmentDoNotReachIt() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "PATH", "/bin",
                "JAVA_TOOL_OPTIONS", "-agentlib:jdwp=suspend=y",
                "JDK_JAVA_OPTIONS", "-XX:MaxRAMPercentage=50",
                "_JAVA_OPTIONS", "-Xmx8g",
                "FANFARE_HTTP_PORT", "8080"));
        ChildJvms.strip(environment);
        assertThat(environment).containsOnlyKeys("PATH");
    }
}
