package dev.fanfare.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.TestClassPath;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as it is typed: each test runs a JVM of its own, in a folder of its own. */
@Timeout(240)
class MainTest {
    private static final String USER = System.getProperty("user.name");
    private static final Pattern LISTENING = Pattern.compile("ready at (http://\\S+)/");

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    private record Ended(int status, String out, List<String> errLines) {}

    @AfterEach
    void endWhatIsLeft() {
        // The server of a terminal, too: in a build that nohup has begun it outlives that.
        started.stream().flatMap(Process::descendants).forEach(ProcessHandle::destroyForcibly);
        started.forEach(Process::destroyForcibly);
    }

    private Process start(Map<String, String> environment, String... args) throws IOException {
        return start(List.of(), environment, args);
    }

    private Process start(List<String> before, Map<String, String> environment, String... args) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature()
                >= 22) { // as the manifest of the jar says it; else SQLite's driver causes a warning
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", TestClassPath.absolute(), Main.class.getName()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FANFARE_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private Ended run(String... args) throws Exception {
        return end(start(Map.of(), args));
    }

    private Ended end(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ended(process.waitFor(), out, Files.readAllLines(folder.resolve("err")));
    }

    private static void assertRefused(Ended ended, String words) {
        assertEnded(ended, 2, words);
    }

    private static void assertEnded(Ended ended, int status, String words) {
        assertThat(ended.errLines()).singleElement().asString().contains(words);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.status()).isEqualTo(status);
    }

    /** Status 2 is for the configuration; what may pass is 1, so that a supervisor tries again. */
    @Test
    void aHistoryInUseMayPassAndAPathThatIsNoFileDoesNot() throws Exception {
        Process first = start(Map.of("FANFARE_HISTORY_PATH", "a.db"), "--port=0");
        listening(first.inputReader());
        assertEnded(end(start(Map.of("FANFARE_HISTORY_PATH", "a.db"), "--port=0")), 1, "is in use by process");
        assertEnded(end(start(Map.of("FANFARE_HISTORY_PATH", "."), "--port=0")), 2, "which is a directory");
    }

    @Test
    void helpTellsEveryOptionAndTheReferenceToo() throws Exception {
        Ended help = run("--help");
        String reference = Files.readString(Path.of("docs/reference/configuration.md"));

        assertThat(help.status()).isZero();
        assertThat(help.errLines()).isEmpty();
        for (String option :
                List.of("--port", "--host", "--dev", "--config", "--status", "--end", "--help", "--version")) {
            assertThat(help.out()).contains(option);
            assertThat(reference).contains("`" + option);
        }
    }

    @Test
    void versionIsThatOfTheBuild() throws Exception {
        Ended version = run("--version");

        assertThat(version.out().strip()).matches("Fanfare [0-9]+\\.[0-9]+\\S*");
        assertThat(version.status()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--hots=1", "--port", "start", "--status=jobs", "--end=/done=true", "--port=1 --port=2"})
    void optionsThatMakeNoSenseAreRefusedInALine(String args) throws Exception {
        assertRefused(run(args.split(" ")), "--");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--port=80808",
                "--host=nowhere.invalid",
                "--dev --host=0.0.0.0",
                "--status=jobs=ftp://localhost/"
            })
    void valuesThatWontDoAreRefusedInALineThatNamesTheOption(String args) throws Exception {
        String[] options = args.split(" ");
        assertRefused(run(options), "(option " + options[0].replaceFirst("=.*", "") + ")");
    }

    @Test
    void everyFaultOfTheConfigurationHasALine() throws Exception {
        Files.writeString(folder.resolve("fanfare.properties"), "fanfare.http.prot=1\nfanfare.demo.count=x\n");
        Ended ended = end(start(Map.of("FANFARE_STREAM_RETRY", "soon"), "--port=-1"));

        assertThat(ended.errLines())
                .hasSize(4)
                .anyMatch(line -> line.startsWith("fanfare.http.prot (fanfare.properties)"))
                .anyMatch(line -> line.startsWith("fanfare.demo.count = 'x' (fanfare.properties)"))
                .anyMatch(line ->
                        line.startsWith("fanfare.stream.retry = 'soon' (environment variable FANFARE_STREAM_RETRY)"))
                .anyMatch(line -> line.startsWith("fanfare.http.port = '-1' (option --port)"));
        assertThat(ended.status()).isEqualTo(2);
    }

    @Test
    void aFileThatIsNotThereIsRefusedInALine() throws Exception {
        assertRefused(run("--config", "none.properties"), "There is no file " + folder.resolve("none.properties"));
    }

    @Test
    void theFileNamedIsReadInsteadOfTheOneInTheFolder() throws Exception {
        Files.writeString(folder.resolve("fanfare.properties"), "fanfare.nonsense=1\n");
        Files.writeString(folder.resolve("mine.properties"), "fanfare.http.port=x\n");

        assertRefused(run("--config", "mine.properties"), "fanfare.http.port = 'x' (mine.properties)");
    }

    @Test
    void aTakenPortIsRefusedInALine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertEnded(
                    run("--port", Integer.toString(taken.getLocalPort())),
                    1,
                    "Port " + taken.getLocalPort() + " of 127.0.0.1 is taken");
        }
    }

    @Test
    void anAddressOfAnotherMachineIsRefusedInALineThatSaysWhichWouldDo() throws Exception {
        // RFC 5737: an address of nobody.
        Ended ended = run("--host", "192.0.2.1");
        assertRefused(ended, "can't listen on 192.0.2.1, port 8080");
        assertRefused(ended, "give --host an address of this machine");
    }

    @Test
    void anEndWithoutASourceIsToldToWhatItBelongs() throws Exception {
        assertRefused(run("--end=/done=true"), "put it after a --status NAME=URL");
    }

    @Test
    void aServerIsReadyOnceItIsWarm() throws Exception {
        Process server = start(Map.of("FANFARE_HISTORY_STORE", "memory"), "--port=0");
        URI ready = URI.create(listening(server.inputReader()) + "/health/ready");
        await().until(() -> status(ready) == 200);
        server.destroy();

        assertThat(server.waitFor()).isZero();
        assertNothingWasSaid();
    }

    @Test
    void aSignalDuringTheWarmUpEndsTheServerInGoodOrder() throws Exception {
        Process server = start(Map.of("FANFARE_HTTP_WARM_UP", "3s"), "--port=0");
        URI ready = URI.create(listening(server.inputReader()) + "/health/ready");
        Path aside = folder.resolve("fanfare.db.warm-up");
        // On a busy machine it may be over before this test has a look.
        await().until(() -> Files.exists(aside) || status(ready) == 200);

        server.destroy();

        assertThat(server.waitFor()).isZero();
        assertNothingWasSaid();
    }

    /** But that closing took long, as it may on a busy machine. */
    private void assertNothingWasSaid() throws IOException {
        assertThat(Files.readAllLines(folder.resolve("err")))
                .allMatch(line -> line.matches(".*Closing .* takes longer than .* ms; .*"));
    }

    private static int status(URI uri) throws IOException {
        return ((HttpURLConnection) uri.toURL().openConnection()).getResponseCode();
    }

    /** What takes from root the right to read and to write everywhere; nothing for any other user. */
    private static List<String> asAnybody() throws IOException {
        if (!USER.equals("root")) {
            return List.of();
        }
        assumeThat(Path.of("/usr/bin/setpriv")).isExecutable();
        return List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all");
    }

    private void permit(String permissions, String file) throws IOException {
        Files.setPosixFilePermissions(folder.resolve(file), PosixFilePermissions.fromString(permissions));
    }

    @Test
    void aHistoryThatCantBeWrittenIsRefusedInALineThatNamesTheFileAndTheUser() throws Exception {
        Map<String, String> history = Map.of("FANFARE_HISTORY_PATH", "kept/fanfare.db");
        Files.createDirectory(folder.resolve("kept"));
        Process server = start(history, "--port=0");
        listening(server.inputReader());
        server.destroy();
        assertThat(server.waitFor()).isZero();

        permit("r--r--r--", "kept/fanfare.db");
        assertRefused(
                end(start(asAnybody(), history, "--port=0")),
                "The history's file " + folder.resolve("kept/fanfare.db") + " can't be written to by the user " + USER);
        permit("r-xr-xr-x", "kept");
        assertRefused(
                end(start(asAnybody(), history, "--port=0")),
                "The history's directory " + folder.resolve("kept") + " can't be written to by the user " + USER);
    }

    @Test
    void aConfigurationThatCantBeReadIsRefusedInALineThatNamesTheFileAndTheUser() throws Exception {
        Files.createFile(folder.resolve("secret.properties"));
        permit("---------", "secret.properties");

        assertRefused(
                end(start(asAnybody(), Map.of(), "--config", "secret.properties")),
                "The user " + USER + " may not read the file " + folder.resolve("secret.properties"));
    }

    @Test
    void aServerThatIsKilledLeavesNoLibraryBehind() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        Process server = start(Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary), "--port=0");
        listening(server.inputReader());
        server.destroyForcibly().waitFor();

        assertThat(folder.resolve("fanfare.db")).exists();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void withoutAPlaceForTheLibraryOfTheDriverTheServerSaysSoInALine() throws Exception {
        Ended ended = end(start(Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=/none"), "--port=0"));

        assertThat(ended.errLines())
                .filteredOn(line -> !line.startsWith("Picked up"))
                // Newer JVMs say so themselves.
                .filteredOn(line -> !line.equals("WARNING: java.io.tmpdir directory does not exist"))
                .singleElement()
                .asString()
                .contains("No directory can be made in /none");
        assertThat(ended.status()).isEqualTo(2);
    }

    @Test
    void aStartPrintsLinesToPasteAndASignalEndsStreamsAndProcessWithStatusZero() throws Exception {
        Process server = start(
                Map.of(),
                "--port=0",
                "--status",
                "jobs=http://localhost:9/jobs/{id}?v={v}",
                "--end",
                "/state=DONE",
                "--status",
                "one=http://localhost:9/");
        BufferedReader out = server.inputReader();
        String base = listening(out);

        assertThat(out.lines().limit(15).toList())
                .contains(
                        "  Events are kept in " + folder.resolve("fanfare.db") + ".",
                        "    curl -N " + base + "/stream",
                        "    curl -N " + base + "/prices",
                        "    curl -N '" + base + "/status/jobs/stream?id=ID&v=V'",
                        "    curl -N " + base + "/status/one/stream",
                        "    const events = new EventSource(\"" + base + "/status/jobs/stream?id=ID&v=V\");");
        try (InputStream stream = URI.create(base + "/prices").toURL().openStream()) {
            assertThat(stream.read()).isNotNegative();
            long before = System.nanoTime();
            server.destroy();
            assertThat(server.waitFor()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(60));
        }
        assertNothingWasSaid();
    }

    @Test
    void aLogThatIsConfiguredByTheOperatorHasNoFalseAlarms() throws Exception {
        Files.writeString(folder.resolve("log.properties"), """
                handlers=java.util.logging.ConsoleHandler
                java.util.logging.SimpleFormatter.format=OURS %5$s%n
                """);
        Map<String, String> logging = Map.of("JAVA_TOOL_OPTIONS", "-Djava.util.logging.config.file=log.properties");
        Process server = start(logging, "--port=0");
        listening(server.inputReader());
        server.destroy();
        server.waitFor();

        assertThat(folder.resolve("err")).content().contains("OURS ").doesNotContain("will be ignored");
    }

    /** Libraries log what the formatter itself does with them, and would have it format that without an end. */
    @Test
    void everyRecordOfEveryLevelIsAnObjectInALineWhereTheLogIsJson() throws Exception {
        Process server = start(Map.of("FANFARE_LOG_FORMAT", "json", "FANFARE_LOG_LEVEL", "all"), "--port=0");
        listening(server.inputReader());
        server.destroy();
        assertThat(server.waitFor()).isZero();

        assertThat(Files.readAllLines(folder.resolve("err")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).startsWith("{\"time\":").endsWith("}"));
    }

    /** What is written to a pipe may be kept: a journal, a container's log. */
    @Test
    void whereNoTerminalIsTheTokenOfTheRunIsInAFileOfTheOwnerThatGoesWithTheRun() throws Exception {
        Process server = start(Map.of(), "--port=0");
        BufferedReader out = server.inputReader();
        String base = listening(out);
        String url = base + "/.well-known/mercure";
        Path file = folder.resolve("fanfare-" + URI.create(base).getPort() + ".token");

        List<String> lines = new ArrayList<>();
        do {
            lines.add(out.readLine());
        } while (!lines.get(lines.size() - 1).contains("data=hello"));
        assertThat(lines).contains("    curl -N '" + url + "?topic=news'");
        assertThat(lines.get(lines.size() - 1))
                .isEqualTo("    curl -H \"Authorization: Bearer $(cat '" + file.toRealPath()
                        + "')\" -d topic=news -d data=hello " + url);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(publish(url, Files.readString(file).strip())).isEqualTo(200);

        server.destroy();
        server.waitFor();
        assertThat(file).doesNotExist();
    }

    @Test
    void onATerminalTheTokenOfTheRunIsPrinted() throws Exception {
        assumeThat(Path.of("/usr/bin/python3"))
                .as("Python, which makes a terminal")
                .isExecutable();
        List<String> terminal = List.of("python3", "-c", "import pty, sys; pty.spawn(sys.argv[1:])");
        BufferedReader out = start(terminal, Map.of(), "--port=0").inputReader();
        String url = listening(out) + "/.well-known/mercure";

        String line = out.lines()
                .filter(text -> text.contains("data=hello"))
                .findFirst()
                .orElseThrow();
        Matcher token = Pattern.compile(
                        "    curl -H 'Authorization: Bearer ([\\w-]+\\.[\\w-]+\\.[\\w-]+)' -d topic=news"
                                + " -d data=hello " + Pattern.quote(url))
                .matcher(line.stripTrailing());
        assertThat(token.matches()).as(line).isTrue();
        assertThat(publish(url, token.group(1))).isEqualTo(200);
        assertThat(folder.toFile().list()).noneMatch(name -> name.endsWith(".token"));
    }

    @Test
    void whereNoTokenCanBePrintedNorWrittenTheBannerNamesTheKey() throws Exception {
        Map<String, String> history = Map.of("FANFARE_HISTORY_PATH", "kept/fanfare.db");
        Files.createDirectory(folder.resolve("kept"));
        permit("r-xr-xr-x", ".");
        try {
            BufferedReader out = start(asAnybody(), history, "--port=0").inputReader();
            listening(out);
            assertThat(out.lines().filter(line -> line.contains("Publishing")).findFirst())
                    .get(STRING)
                    .contains("set fanfare.auth.key");
            assertThat(Files.readString(folder.resolve("err"))).contains("can't be written to the working directory");
        } finally {
            permit("rwxr-xr-x", ".");
        }
    }

    private static int publish(String url, String token) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("topic=news&data=hello"))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void aStartWithAKeyPrintsNoToken() throws Exception {
        Process server = start(Map.of("FANFARE_AUTH_KEY", "0123456789abcdef0123456789abcdef"), "--port=0");
        BufferedReader out = server.inputReader();
        String url = listening(out) + "/.well-known/mercure";

        assertThat(out.lines().filter(line -> line.contains("data=hello")).findFirst())
                .hasValue("    curl -H 'Authorization: Bearer TOKEN' -d topic=news -d data=hello " + url);
    }

    @Test
    void withAPublicKeyTheHintForATokenNamesThePrivateOne() throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
        keys.initialize(new ECGenParameterSpec("secp256r1"));
        String pem = Base64.getMimeEncoder()
                .encodeToString(keys.generateKeyPair().getPublic().getEncoded());
        Map<String, String> key = Map.of(
                "FANFARE_AUTH_ALGORITHM",
                "ES256",
                "FANFARE_AUTH_KEY",
                "-----BEGIN PUBLIC KEY-----\n" + pem + "\n-----END PUBLIC KEY-----");
        Path config = Files.createFile(folder.resolve("it's.properties"));
        BufferedReader out =
                start(key, "--port=0", "--config", config.toString()).inputReader();
        listening(out);

        String quoted = "'" + config.toString().replace("'", "'\\''") + "'";
        assertThat(out.lines().filter(line -> line.contains("TOKEN is")).findFirst())
                .get(STRING)
                .endsWith("java -jar fanfare.jar token --config " + quoted
                        + " --publish '*' --subscribe '*' --key-file PRIVATE.pem");
    }

    @Test
    void whereOthersReachAServerWithoutAKeyOneWarningSaysThatPublishingIsOff() throws Exception {
        Process server = start(Map.of(), "--port=0", "--host=0.0.0.0");
        BufferedReader out = server.inputReader();
        listening(out);
        List<String> lines = new ArrayList<>();
        do {
            lines.add(out.readLine());
        } while (!lines.get(lines.size() - 1).contains("fanfare.auth.key"));

        assertThat(lines).noneMatch(line -> line.contains("Bearer"));
        assertThat(Files.readAllLines(folder.resolve("err")))
                .singleElement()
                .asString()
                .contains("WARNING")
                .contains("Publishing over HTTP is off")
                .contains("fanfare.auth.key");
    }

    @Test
    void theTokenCommandPrintsTheTokenAndNothingElse() throws Exception {
        Map<String, String> key = Map.of("FANFARE_AUTH_KEY", "0123456789abcdef0123456789abcdef");

        Ended token = end(start(key, "token", "--publish", "*", "--expires", "10m"));
        assertThat(token.out()).matches("[\\w-]+\\.[\\w-]+\\.[\\w-]+\\R");
        assertThat(token.errLines()).isEmpty();
        assertThat(token.status()).isZero();
        assertRefused(run("token", "--publish", "*"), "set fanfare.auth.key");
        assertRefused(end(start(key, "token", "--publish")), "--publish");
        assertRefused(end(start(key, "token", "--pubish=*")), "There is no option --pubish=*: did you mean --publish");
        assertRefused(
                end(start(Map.of("FANFARE_AUTH_KEY", "short"), "token", "--publish=*")), "HS256 needs at least 32");
    }

    @Test
    void theTokenCommandsHelpTellsEveryOptionAndTheReferenceToo() throws Exception {
        Ended help = run("token", "--help");
        String reference = Files.readString(Path.of("docs/reference/configuration.md"));

        assertThat(help.status()).isZero();
        for (String option : List.of("--publish", "--subscribe", "--expires", "--key-file", "--key-id", "--config")) {
            assertThat(help.out()).contains(option);
            assertThat(reference).contains("`" + option);
        }
        assertThat(run("--help").out()).contains("token").contains("Prints a token");
    }

    private static String listening(BufferedReader out) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher matcher = LISTENING.matcher(line);
            if (matcher.find()) {
                return matcher.group(1);
            }
        }
        throw new AssertionError("The server ended without saying where it listens");
    }
}
