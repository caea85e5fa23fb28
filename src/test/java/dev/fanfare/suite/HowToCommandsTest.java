package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/**
 * The commands and scripts of the documents, run by the programs that a reader runs, as they are written there. Only {@code
 * 127.0.0.1:8080} becomes the address of the test's server. What is not installed is skipped.
 */
@Timeout(300)
class HowToCommandsTest {
    private static final String ADDRESS = "http://127.0.0.1:8080";
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration FETCH = Duration.ofMinutes(2);
    private static final Path PACKAGES = Path.of("target", "npm-how-to").toAbsolutePath();

    private final List<AutoCloseable> closing = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "fanfare.auth.anonymous-publish", "true",
            "fanfare.history.store", "memory",
            "fanfare.demo.enabled", "true",
            "fanfare.demo.delay", "50ms",
            "fanfare.demo.retry", "300ms"));
    private String test = "";
    private URI base = URI.create(ADDRESS);
    private GrizzlyHost host;

    @BeforeEach
    void name(TestInfo info) {
        test = info.getTestMethod().orElseThrow().getName();
    }

    private void start() throws IOException {
        host = GrizzlyHost.start(settings);
        closing.add(0, host);
        base = host.base();
        settings.put("fanfare.http.port", String.valueOf(host.port()));
    }

    private void restart() throws IOException {
        host.close();
        closing.remove(host);
        start();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
    }

    private static void assumeInstalled(String... programs) {
        for (String program : programs) {
            assumeTrue(exitStatus(program) == 0, program + " is not installed");
        }
    }

    private static int exitStatus(String program) {
        try {
            Process process = new ProcessBuilder(program, "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (IOException missing) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Starts a command in a directory of its own. */
    private ChildProcess run(Path directory, String command) {
        String here = command.replace(ADDRESS, base.toString().replaceAll("/$", ""));
        assertThat(here).as("names the server").doesNotContain(":8080");
        ChildProcess process = ChildProcess.start(directory, List.of("bash", "-c", here), Map.of());
        closing.add(0, process);
        return process;
    }

    private ChildProcess run(String command) {
        return run(ChildProcess.directory("commands-" + test + "-" + closing.size()), command);
    }

    /** What a command prints that ends. Progress is left out. */
    private String output(String command) {
        ChildProcess process = run(command.replace("curl ", "curl -sS "));
        assertThat(process.exited(LONG)).as(command).isTrue();
        assertThat(process.process().exitValue())
                .as(command + "\n" + process.output())
                .isZero();
        return process.output().strip();
    }

    private static String take(List<String> commands, String... texts) {
        String found = commands.stream()
                .filter(command -> List.of(texts).stream().allMatch(command::contains))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no command with " + List.of(texts) + " in " + commands));
        commands.remove(found);
        return found;
    }

    private static void awaitText(ChildProcess process, String text) {
        await().atMost(LONG).untilAsserted(() -> assertThat(process.output()).contains(text));
    }

    private ChildProcess follow(String command) {
        ChildProcess reader = run(command.replace("curl ", "curl -sS "));
        awaitText(reader, "retry: ");
        return reader;
    }

    private static List<String> counted(int count) {
        List<String> lines = new ArrayList<>(IntStream.rangeClosed(1, count)
                .mapToObj(i -> "Counter value " + i)
                .toList());
        lines.add("End of the stream");
        return lines;
    }

    @Test
    void publishing() throws IOException {
        assumeInstalled("bash", "curl");
        start();
        List<String> commands =
                new ArrayList<>(Document.read("docs/how-to/publish.md").commands());
        take(commands, "java -jar target/fanfare.jar --dev");
        ChildProcess job = follow(take(commands, "curl -N", "topic=https://example.com/jobs/42"));
        ChildProcess templates = follow(take(commands, "curl -N", "topic=jobs/%7Bid%7D"));
        ChildProcess all = follow(take(commands, "curl -N", "topic=*"));
        String behind = take(commands, "Last-Event-ID: #");
        String earliest = take(commands, "lastEventID=earliest");

        List<String> answers = commands.stream().map(this::output).toList();

        assertThat(answers).hasSize(7);
        assertThat(answers.subList(0, 5)).allSatisfy(id -> assertThat(id).matches("#[0-9a-z]+\\.[0-9]+"));
        assertThat(answers.get(3)).as("the same key, once").isEqualTo(answers.get(4));
        assertThat(answers.subList(5, 7))
                .allSatisfy(ids -> assertThat(ids).matches("\\{\"ids\": *\\[\"#[^\"]+\", *\"#[^\"]+\"]}"));
        awaitText(all, "data: 2\n");
        awaitText(job, "data: {\"done\": 70}\n");
        awaitText(templates, "data: 70 %\n");
        assertThat(job.output()).doesNotContain("data: x");
        assertThat(templates.output())
                .containsSubsequence("data: x\n", "data: 70 %\n")
                .doesNotContain("secret");
        assertThat(all.output())
                .containsSubsequence("{\"done\": 70}", "data: x\n", "data: x\n", "70 %", "data: 1\n")
                .doesNotContain("secret", "Hello");
        awaitText(follow(behind), "event: gap\n");
        awaitText(follow(earliest), "data: 2\n");
    }

    @Test
    void readingInAShell() throws IOException {
        assumeInstalled("bash", "curl");
        start();
        List<String> commands =
                new ArrayList<>(Document.read("docs/how-to/shell.md").commands());

        assertThat(output(take(commands, "curl -N http"))).contains("id: 1\n", "data: Counter value 10\n", "end_event");
        assertThat(output(take(commands, "Last-Event-ID: 7")))
                .contains("id: 8\n", "end_event")
                .doesNotContain("id: 7\n");
        assertThat(output(take(commands, "/status/demo"))).isEqualTo("queued");
        assertThat(commands).containsExactly("bash follow.sh http://127.0.0.1:8080/stream");
    }

    @Test
    void aScriptThatComesAgainUntilItIsOver() throws IOException {
        assumeInstalled("bash", "curl");
        settings.put("fanfare.demo.count", "40");
        start();
        Document page = Document.read("docs/how-to/shell.md");
        Path directory = ChildProcess.directory("commands-" + test);
        Files.writeString(directory.resolve("follow.sh"), page.block("bash"));

        ChildProcess script = run(directory, take(new ArrayList<>(page.commands()), "bash follow.sh"));
        awaitText(script, "Counter value 5\n");
        restart();

        assertThat(script.exited(LONG)).as(script.output()).isTrue();
        assertThat(script.process().exitValue()).isZero();
        assertThat(script.output().lines()).containsExactlyElementsOf(counted(40));
    }

    @Test
    void aScriptThatIsToldThatNothingIsThere() throws IOException {
        assumeInstalled("bash", "curl");
        start();
        Path directory = ChildProcess.directory("commands-" + test);
        Files.writeString(
                directory.resolve("follow.sh"),
                Document.read("docs/how-to/shell.md").block("bash"));

        ChildProcess script = run(directory, "bash follow.sh " + ADDRESS + "/nowhere");

        assertThat(script.exited(LONG)).isTrue();
        assertThat(script.process().exitValue()).isEqualTo(1);
        assertThat(script.output().strip()).isEqualTo("follow.sh: answered with 404");
    }

    @Test
    void theCounterOfTheReadme() throws IOException {
        assumeInstalled("bash", "curl");
        settings.put("fanfare.demo.retry", "15s");
        start();
        String shown = Document.read("README.md").blockWith("curl -N http://127.0.0.1:8080/stream");
        String[] lines = anyOpening(shown).split("\n", 2);

        String printed = anyOpening(output(lines[0].substring(2)));

        assertThat(printed).containsSubsequence(lines[1].strip().split("\n\\.\\.\\.\n"));
        assertThat(printed).startsWith(lines[1].substring(0, lines[1].indexOf("...")));
    }

    /** The delay that a stream opens with differs from client to client. */
    private static String anyOpening(String text) {
        return text.replaceFirst(":\nretry: [3-6][0-9]{3}\n", ":\nretry: N\n");
    }

    @Test
    void askingForOrigins() throws IOException {
        assumeInstalled("bash", "curl");
        Document page = Document.read("docs/how-to/cors.md");
        settings.put(
                "fanfare.cors.allow-origins",
                page.block("properties").split("=", 2)[1].strip());
        start();
        List<String> commands = page.commands();
        assertThat(commands).hasSize(2);

        assertThat(page.blockWith(commands.get(0)))
                .contains(output(commands.get(0)).split("\r?\n"));
        assertThat(page.blockWith(commands.get(1)).replaceAll("\\s", ""))
                .endsWith(output(commands.get(1)).replaceAll("\\s", ""));
    }

    /** The package stays in target until it is cleaned; a build without npm, or that can't fetch it, does without. */
    private static void assumePackage(String install) throws IOException {
        String name = install.substring(install.lastIndexOf(' ') + 1);
        Path installed = PACKAGES.resolve("installed-" + name);
        if (Files.exists(installed)) {
            return;
        }
        assumeTrue(
                Boolean.parseBoolean(System.getenv("FETCH_FROM_NPM")),
                "nothing is fetched from npm, such as " + name + ", without FETCH_FROM_NPM=true");
        Files.createDirectories(PACKAGES);
        Files.writeString(PACKAGES.resolve("package.json"), "{\"private\": true}");
        try (ChildProcess npm = ChildProcess.start(PACKAGES, List.of("bash", "-c", install), Map.of())) {
            boolean ended = npm.exited(FETCH);
            assumeTrue(ended && npm.process().exitValue() == 0, "npm can't fetch " + name + ": " + npm.output());
        }
        Files.createFile(installed);
    }

    private ChildProcess node(String target) throws IOException {
        Document page = Document.read("docs/how-to/node.md");
        List<String> commands = new ArrayList<>(page.commands());
        assumePackage(take(commands, "npm install"));
        Path directory = Files.createDirectories(PACKAGES.resolve(test));
        Files.deleteIfExists(directory.resolve("output.txt"));
        Files.writeString(directory.resolve("follow.mjs"), page.block("js"));
        String command = take(commands, "node follow.mjs");
        assertThat(command).endsWith(ADDRESS + "/stream");
        return run(directory, "exec " + command.replace("/stream", target));
    }

    private static void assumeNode() {
        assumeInstalled("bash", "node", "npm");
    }

    @Test
    void nodeReadsTheCounterToItsEndThoughTheServerIsRestarted() throws IOException {
        assumeNode();
        settings.put("fanfare.demo.count", "40");
        start();

        ChildProcess reader = node("/stream");
        awaitText(reader, "Counter value 5\n");
        restart();

        assertThat(reader.exited(LONG)).as(reader.output()).isTrue();
        assertThat(reader.process().exitValue()).isZero();
        assertThat(reader.output().lines().map(line -> line.split(" ", 3)[2])).containsExactlyElementsOf(counted(40));
    }

    @Test
    void nodeIsToldThatNothingIsThere() throws IOException {
        assumeNode();
        start();

        ChildProcess reader = node("/nowhere");

        assertThat(reader.exited(LONG)).isTrue();
        assertThat(reader.process().exitValue()).isEqualTo(1);
        assertThat(reader.output().strip()).isEqualTo("over 404");
    }

    @Test
    void nodeReadsATopicFromTheBeginning() throws IOException {
        assumeInstalled("curl");
        assumeNode();
        start();
        String publish = "curl " + ADDRESS + "/.well-known/mercure -d topic=news -d data=";
        output(publish + "before");

        ChildProcess reader = node("/.well-known/mercure?topic=news\\&lastEventID=earliest");
        awaitText(reader, " before\n");
        String id = output(publish + "after");

        awaitText(reader, "message " + id + " after\n");
    }
}
