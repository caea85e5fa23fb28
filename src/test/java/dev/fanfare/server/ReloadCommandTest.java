package dev.fanfare.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.TestClassPath;
import dev.fanfare.testing.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code fanfare reload} and SIGHUP: servers and commands are processes of their own, in a folder of their own. */
@Timeout(240)
class ReloadCommandTest {
    private static final Pattern LISTENING = Pattern.compile("ready at http://[^:]+:(\\d+)/");
    private static final String HUB = "/.well-known/mercure";
    private static final String FIRST = """
            fanfare.http.port=0
            fanfare.demo.enabled=false
            fanfare.http.warm-up=0s
            fanfare.stream.heartbeat=200ms
            fanfare.auth.key-file=key
            """;

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    private record Ended(int status, String out, String err) {}

    @AfterEach
    void endWhatIsLeft() {
        started.forEach(Process::destroyForcibly);
    }

    private Process start(String before, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        if (isHangupIgnored()) {
            command.addAll(List.of("env", "--default-signal=HUP"));
        }
        command.addAll(List.of("sh", "-c", before + "exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", TestClassPath.absolute(), Main.class.getName()));
        command.addAll(List.of(args));
        Path err = folder.resolve("err" + started.size());
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FANFARE_"));
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /** As in a build that nohup has begun: what is ignored is ignored by child processes, too. */
    private static boolean isHangupIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line -> Character.digit(line.charAt(line.length() - 1), 16) % 2 == 1);
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("err0"));
    }

    private void configure(String more) throws IOException {
        Path unfinished = Files.writeString(folder.resolve("unfinished"), FIRST + more);
        Files.move(unfinished, folder.resolve("fanfare.properties"), StandardCopyOption.REPLACE_EXISTING);
    }

    private void key(String text) throws IOException {
        Files.writeString(folder.resolve("key"), text);
    }

    private int server() throws IOException {
        return server("");
    }

    private int server(String before) throws IOException {
        Process process = start(before);
        String line;
        while ((line = process.inputReader().readLine()) != null) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return Integer.parseInt(listening.group(1));
            }
        }
        throw new AssertionError("The server ended: " + log());
    }

    private Ended reload(String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of("reload"));
        all.addAll(List.of(args));
        int number = started.size();
        Process process = start("", all.toArray(String[]::new));
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ended(process.waitFor(), out, Files.readString(folder.resolve("err" + number)));
    }

    private static String allowed(int port) {
        return RawHttp.request(port, "GET", "/health/live", "Origin: https://a.example")
                .header("Access-Control-Allow-Origin");
    }

    private static int publish(int port, String header) {
        return RawHttp.request(
                        port,
                        "POST",
                        HUB,
                        List.of(header, "Content-Type: application/x-www-form-urlencoded"),
                        "topic=a&data=b")
                .status();
    }

    @Test
    void theCommandHasTheServerTakeItsConfigurationAndTellsHowThatWent() throws Exception {
        key(Tokens.SECRET);
        configure("");
        int port = server();
        assertThat(allowed(port)).isNull();
        try (EventStream stream = EventStream.open(port, HUB + "?topic=a")) {
            configure("fanfare.cors.allow-origins=https://a.example\nfanfare.log.level.dev.fanfare=debug\n");

            Ended taken = reload();

            assertThat(taken.err()).isEmpty();
            assertThat(taken.status()).isZero();
            assertThat(taken.out())
                    .contains("holds; changed: fanfare.cors.allow-origins, fanfare.log.level.dev.fanfare");
            assertThat(allowed(port)).isEqualTo("https://a.example");

            configure("fanfare.cors.allow-origins=a.example\nfanfare.jobs=1\n");
            Ended wrong = reload();
            assertThat(wrong.status()).isEqualTo(2);
            assertThat(wrong.err()).contains("allow-origins has 'a.example'").contains("fanfare.jobs");
            assertThat(log()).contains("Not taken: ").contains("the server goes on as before");

            configure("fanfare.cors.allow-origins=https://b.example\nfanfare.stream.retry=1s\n");
            Ended restart = reload();
            assertThat(restart.status()).isEqualTo(2);
            assertThat(restart.err()).contains("fanfare.stream.retry has another value than at the start");
            assertThat(allowed(port)).as("as before").isEqualTo("https://a.example");

            assertThat(publish(port, Tokens.header(Tokens.publisher("*")))).isEqualTo(200);
            assertThat(stream.next().data()).isEqualTo("b");
            assertThat(stream.isOpen()).isTrue();
        }
    }

    @Test
    void anotherKeyInTheFileOfTheKeyIsTaken() throws Exception {
        key(Tokens.SECRET);
        configure("");
        int port = server();
        String old = Tokens.header(Tokens.publisher("*"));
        assertThat(publish(port, old)).isEqualTo(200);

        key("another secret of a test, of more than 32 bytes");
        Ended taken = reload();

        assertThat(taken.status()).isZero();
        assertThat(publish(port, old)).isEqualTo(401);
    }

    @Test
    void ofManySignalsTheLastOneCounts() throws Exception {
        key(Tokens.SECRET);
        configure("");
        int port = server();
        long pid = started.get(0).pid();

        for (int i = 1; i <= 20; i++) {
            configure("fanfare.cors.allow-origins=" + (i < 20 ? "https://x" + i + ".example" : "https://a.example")
                    + "\n");
            hangUp(pid);
        }

        await().until(() -> "https://a.example".equals(allowed(port)));
        assertThat(started.get(0).isAlive()).isTrue();
    }

    @Test
    void aSignalWhileTheServerStartsOrEndsBreaksNothing() throws Exception {
        key(Tokens.SECRET);
        configure("fanfare.http.drain-delay=10m\n");
        int port = server();
        Process server = started.get(0);
        server.destroy();
        await().until(() -> RawHttp.request(port, "GET", "/health/ready").status(), status -> status == 503);
        hangUp(server.pid());
        server.destroy(); // a second signal ends the delay

        assertThat(server.waitFor()).isZero();
        assertThat(folder.resolve("fanfare.db.pid")).doesNotExist();
        assertThat(log()).doesNotContain("Exception");
    }

    @Test
    void aConfigurationThatIsAwayNoFileOrTooLongIsNotTakenAndTheNextOneIs() throws Exception {
        key(Tokens.SECRET);
        configure("");
        int port = server();
        Path file = folder.resolve("fanfare.properties");
        Path asBefore = Files.copy(file, folder.resolve("before.properties"));
        String[] command = {"--config", asBefore.toString()};

        Files.delete(file);
        assertRefused(reload(command), "There is no file");
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        assertRefused(reload(command), "can't be read again");
        Files.delete(file);
        Files.writeString(file, FIRST + "#".repeat(2 << 20));
        assertRefused(reload(command), "is longer than 1024 KiB");

        configure("fanfare.cors.allow-origins=https://a.example\n");
        assertThat(reload().status()).isZero();
        assertThat(allowed(port)).isEqualTo("https://a.example");
    }

    private static void assertRefused(Ended ended, String words) {
        assertThat(ended.err()).contains(words);
        assertThat(ended.status()).isEqualTo(2);
    }

    @Test
    void theCommandSaysWhatIsInTheWayOfTheResultAndThatTheServerHasEnded() throws Exception {
        key(Tokens.SECRET);
        configure("");
        server();
        Process server = started.get(0);
        Path result = folder.resolve("fanfare.db.pid.reload");
        Files.createDirectories(result.resolve("x"));
        Ended unread = reload("--timeout", "8s");
        assertThat(unread.status()).isEqualTo(1);
        assertThat(unread.err()).contains("is in its way").doesNotContain("Exception");

        assertThat(new ProcessBuilder("kill", "-STOP", String.valueOf(server.pid()))
                        .start()
                        .waitFor())
                .isZero();
        Files.delete(result.resolve("x"));
        Files.delete(result);
        int number = started.size();
        Process waiting = start("", "reload", "--timeout", "10m");
        await().until(() -> isPending(server.pid()));
        server.destroyForcibly();
        assertThat(waiting.waitFor()).isEqualTo(1);
        assertThat(folder.resolve("err" + number)).content().contains("ended before it said");
    }

    /** Whether a process that is stopped has been sent SIGHUP. */
    private static boolean isPending(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("ShdPnd:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) == 1);
    }

    @Test
    void withoutAServerTheCommandSaysSo() throws Exception {
        key(Tokens.SECRET);
        configure("");
        Ended none = reload();
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err()).contains("No server has written").contains("fanfare.db.pid");

        server();
        started.get(1).destroyForcibly().waitFor();
        assertThat(folder.resolve("fanfare.db.pid")).exists();
        Ended stale = reload();
        assertThat(stale.status()).isEqualTo(1);
        assertThat(stale.err()).contains("has ended");

        Files.writeString(folder.resolve("fanfare.properties"), "fanfare.history.store=memory");
        Ended nowhere = reload();
        assertThat(nowhere.status()).isEqualTo(1);
        assertThat(nowhere.err()).contains("fanfare.pid-file");
    }

    @Test
    void aProcessThatIsNotTheServerIsLeftAlone() throws Exception {
        key(Tokens.SECRET);
        configure("");
        server();
        Process other = new ProcessBuilder("sleep", "600").start();
        started.add(other);
        Path file = folder.resolve("fanfare.db.pid");
        String began = Files.readAllLines(file).get(1);
        // in place, since the server holds its lock on this very file
        Files.writeString(file, other.pid() + "\n2001-01-01T00:00:00Z\n");

        Ended refused = reload();

        assertThat(began).isNotEmpty();
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("is not that server here");
        assertThat(other.isAlive()).isTrue();
    }

    private static void hangUp(long pid) throws Exception {
        assertThat(new ProcessBuilder("sh", "-c", "kill -HUP " + pid).start().waitFor())
                .isZero();
    }

    @Test
    void underNohupThereIsNothingToTell() throws Exception {
        key(Tokens.SECRET);
        configure("");
        server("trap '' HUP; ");

        Ended refused = reload();

        assertThat(refused.status()).isEqualTo(1);
        assertThat(started.get(0).isAlive()).isTrue();
    }
}
