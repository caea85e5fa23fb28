package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.fanfare.config.CommandLineValue;
import dev.fanfare.config.Settings;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.testing.FreePorts;
import dev.fanfare.testing.PemFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code check} finds out, against servers that are there and servers that are not. */
@Timeout(240)
class ChecksTest {
    @TempDir
    Path folder;

    private final List<String> lines = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answer("/job", 200, "{\"state\":\"running\"}");
        answer("/job/0", 404, "");
        answer("/broken", 500, "");
        answer("/keys", 200, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}");
        answer("/none", 200, "Hello");
        server.start();
    }

    private void answer(String path, int status, String body) {
        server.createContext(path, exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private static Settings settings(String... keysAndValues) {
        Properties properties = new Properties();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.setProperty(keysAndValues[i], keysAndValues[i + 1]);
        }
        properties.putIfAbsent("fanfare.http.port", "0");
        return SettingsLoader.of(List.of(), properties);
    }

    private int check(String... keysAndValues) {
        return new Checks(settings(keysAndValues), false, lines::add).run();
    }

    @Test
    void allIsWellWithoutAnythingToLookAt() {
        assertThat(check()).isZero();
        assertThat(lines)
                .containsExactly(
                        "ok      configuration: can be used",
                        "ok      port: any free one of 127.0.0.1",
                        "ok      history: in memory");
    }

    @Test
    void aTakenPortIsToldAsAtTheStart() throws IOException {
        String free = Integer.toString(FreePorts.take());
        assertThat(check("fanfare.http.port", free)).isZero();
        assertThat(lines).contains("ok      port: " + free + " of 127.0.0.1 can be listened on");
        String taken = Integer.toString(server.getAddress().getPort());

        assertThat(check("fanfare.http.port", taken)).isEqualTo(1);

        assertThat(lines)
                .contains("FAILED  port: Port " + taken
                        + " of 127.0.0.1 is taken: choose another with --port, or any free one with --port 0");
    }

    @Test
    void aPortForRedirectsThatIsTakenIsNamed() {
        PemFiles pem = new PemFiles(folder).pair("own");
        String taken = Integer.toString(server.getAddress().getPort());
        Settings settings = SettingsLoader.standalone(
                null,
                Map.of(
                                "fanfare.http.port",
                                "0",
                                "fanfare.history.store",
                                "memory",
                                "fanfare.http.tls.certificate",
                                pem.file("own.crt").toString(),
                                "fanfare.http.tls.key",
                                pem.file("own.key").toString(),
                                "fanfare.http.tls.redirect-port",
                                taken)
                        .entrySet()
                        .stream()
                        .map(each -> new CommandLineValue(each.getKey(), each.getValue(), "test"))
                        .toList());

        assertThat(new Checks(settings, false, lines::add).runOffline()).isEqualTo(1);

        assertThat(lines)
                .anyMatch(line -> line.startsWith("ok      certificate: 'CN=own', valid until "))
                .anyMatch(line -> line.startsWith("FAILED  port: Port " + taken)
                        && line.contains("fanfare.http.tls.redirect-port"));
    }

    @Test
    void aSourceThatAnswersIsWellAndOneThatFailsIsNot() throws IOException {
        int status = check(
                "fanfare.status.job.url", url("/job"),
                "fanfare.status.jobs.url", url("/job/{id}"),
                "fanfare.status.broken.url", url("/broken"),
                "fanfare.status.away.url", "http://127.0.0.1:" + FreePorts.take() + "/",
                "fanfare.status.pushed.push", "true");

        assertThat(status).isEqualTo(1);
        assertThat(lines)
                .contains("ok      source job: answers with a status", "ok      source jobs: answers")
                .anyMatch(line -> line.startsWith("FAILED  source broken: "))
                .anyMatch(line -> line.startsWith("FAILED  source away: "))
                .noneMatch(line -> line.contains("pushed"));
    }

    @Test
    void aSourceWhosePatternTakesNoZeroIsNotAsked() {
        assertThat(check("fanfare.status.jobs.url", url("/broken/{id}"), "fanfare.status.jobs.pattern.id", "[a-z]+"))
                .isZero();
        assertThat(lines).contains("ok      source jobs: not asked, since its parameters take no 0");
    }

    @Test
    void aFileOfTheHistoryIsNotMade() {
        Path file = folder.resolve("fanfare.db");
        assertThat(check("fanfare.history.store", "sqlite", "fanfare.history.path", file.toString()))
                .isZero();
        assertThat(lines).contains("ok      history: " + file + " is not there yet, and can be made");
        assertThat(file).doesNotExist();
    }

    @Test
    void aFolderThatIsNotThereIsWrong() {
        Path file = folder.resolve("none").resolve("fanfare.db");
        assertThat(check("fanfare.history.store", "sqlite", "fanfare.history.path", file.toString()))
                .isEqualTo(2);
        assertThat(lines)
                .anyMatch(line -> line.startsWith("FAILED  history: ") && line.contains("fanfare.history.path"));
    }

    @Test
    void aFileThatIsNoHistoryIsWrong() throws IOException {
        Path file = folder.resolve("fanfare.db");
        Files.writeString(file, "this is no database. ".repeat(1000));
        assertThat(check("fanfare.history.store", "sqlite", "fanfare.history.path", file.toString()))
                .isNotZero();
        assertThat(lines).anyMatch(line -> line.startsWith("FAILED  history: "));
    }

    @Test
    void aKeySetIsFetchedAndLookedInto() throws IOException {
        assertThat(check("fanfare.auth.jwks", url("/none"), "fanfare.auth.algorithm", "ES256"))
                .isEqualTo(1);
        assertThat(lines).anyMatch(line -> line.startsWith("FAILED  key set of publishers: "));
        lines.clear();
        assertThat(check("fanfare.auth.jwks", url("/keys"), "fanfare.auth.algorithm", "ES256"))
                .isEqualTo(1);
        assertThat(lines).anyMatch(line -> line.contains("no key for checking signatures"));
        lines.clear();
        assertThat(check(
                        "fanfare.auth.jwks",
                        "http://127.0.0.1:" + FreePorts.take() + "/keys?secret=hidden",
                        "fanfare.auth.algorithm",
                        "ES256"))
                .isEqualTo(1);
        assertThat(lines).noneMatch(line -> line.contains("hidden"));
    }

    @Test
    void offlineNothingOnOtherMachinesIsAsked() throws IOException {
        Settings away = settings("fanfare.status.away.url", "http://127.0.0.1:" + FreePorts.take() + "/");
        assertThat(new Checks(away, false, lines::add).runOffline()).isZero();
        assertThat(lines).noneMatch(line -> line.contains("away"));
    }

    @Test
    void withJsonEachLineIsAnObject() {
        assertThat(new Checks(settings(), true, lines::add).run()).isZero();
        assertThat(lines).contains("{\"check\":\"history\",\"ok\":true,\"found\":\"in memory\"}");
    }
}
