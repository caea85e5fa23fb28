package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Firefox without a window, with a home and a profile of its own below {@code target}, which are gone when it is closed. It takes
 * any certificate. It is driven by WebDriver BiDi, which it speaks itself: Selenium would need a {@code geckodriver} between, which
 * Debian has no package of. For one thread.
 */
final class Firefox implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration STOP = Duration.ofSeconds(30);

    /** Nothing goes out, and no page comes up, but what a test asks for. Each tab has a process of its own. */
    private static final String PREFERENCES = """
            user_pref("app.normandy.enabled", false);
            user_pref("app.update.disabledForTesting", true);
            user_pref("browser.aboutwelcome.enabled", false);
            user_pref("browser.safebrowsing.malware.enabled", false);
            user_pref("browser.safebrowsing.phishing.enabled", false);
            user_pref("browser.shell.checkDefaultBrowser", false);
            user_pref("browser.startup.homepage_override.mstone", "ignore");
            user_pref("browser.tabs.unloadOnLowMemory", false);
            user_pref("datareporting.policy.dataSubmissionEnabled", false);
            user_pref("devtools.jsonview.enabled", false);
            user_pref("dom.ipc.processCount", 16);
            user_pref("dom.ipc.processCount.webIsolated", 16);
            user_pref("extensions.getAddons.cache.enabled", false);
            user_pref("extensions.update.enabled", false);
            user_pref("network.captive-portal-service.enabled", false);
            user_pref("network.connectivity-service.enabled", false);
            user_pref("network.proxy.type", 0);
            user_pref("services.settings.server", "data:,#none");
            user_pref("toolkit.telemetry.enabled", false);
            """;

    /** What a content security policy forbids is not in the log unless a page says so. */
    private static final String TELL_VIOLATIONS = """
            () => addEventListener('securitypolicyviolation',
                event => console.error(`refused by ${event.violatedDirective}: ${event.blockedURI}`))
            """;

    private final Path home;
    private final ChildProcess child;
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final WebDriverBidi session;

    private Firefox(Path home, ChildProcess child) {
        this.home = home;
        this.child = child;
        session = new WebDriverBidi(endpoint(home, child), this::note);
    }

    /** Starts it; where there is none the test is skipped, or fails if FANFARE_REQUIRE_BROWSER is true. */
    static Firefox start(String name) {
        Path program = Stream.of("firefox-esr", "firefox")
                .map(Tools::find)
                .filter(found -> found != null)
                .findFirst()
                .orElseGet(() -> Tools.missing(
                        "No Firefox: this test needs firefox-esr or firefox on the PATH (Debian: apt install firefox-esr)",
                        Browser.REQUIRED));
        Path directory = ChildProcess.directory("firefox-" + name);
        Path home = directory.resolve("home");
        try {
            Files.createDirectories(home.resolve("profile"));
            Files.writeString(home.resolve("profile/user.js"), PREFERENCES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ChildProcess child = ChildProcess.start(
                directory,
                List.of(
                        program.toString(),
                        "--headless",
                        "--no-remote",
                        "--remote-allow-system-access",
                        "--profile",
                        home.resolve("profile").toString(),
                        "--remote-debugging-port",
                        "0",
                        "about:blank"),
                Map.of("HOME", home.toString(), "MOZ_CRASHREPORTER_DISABLE", "1"));
        try {
            Firefox firefox = new Firefox(home, child);
            firefox.begin();
            return firefox;
        } catch (RuntimeException | Error e) {
            end(child);
            throw e;
        }
    }

    /** It chooses a port, and says which in its profile. */
    private static URI endpoint(Path home, ChildProcess child) {
        Path said = home.resolve("profile/WebDriverBiDiServer.json");
        await().atMost(START)
                .until(() -> !child.process().isAlive()
                        || Files.exists(said) && Files.readString(said).contains("}"));
        assertThat(child.process().isAlive()).as(() -> child.output()).isTrue();
        try (JsonReader reader = Json.createReader(Files.newBufferedReader(said))) {
            JsonObject server = reader.readObject();
            return URI.create("ws://" + server.getString("ws_host") + ":" + server.getInt("ws_port") + "/session");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void begin() {
        JsonObjectBuilder wanted = Json.createObjectBuilder().add("acceptInsecureCerts", true);
        session.send(
                "session.new",
                object().add("capabilities", object().add("alwaysMatch", wanted))
                        .build());
        session.send(
                "session.subscribe",
                object().add("events", Json.createArrayBuilder().add("log.entryAdded"))
                        .build());
        session.send(
                "script.addPreloadScript",
                object().add("functionDeclaration", TELL_VIOLATIONS).build());
    }

    private void note(JsonObject event) {
        JsonObject entry = event.getJsonObject("params");
        if (!List.of("debug", "info").contains(entry.getString("level")) && faults.size() < 1000) {
            faults.add(entry.toString());
        }
    }

    private static JsonObjectBuilder object() {
        return Json.createObjectBuilder();
    }

    /** Opens a page in a new tab. Returns the tab. */
    String open(String url) {
        JsonObject created = session.send(
                "browsingContext.create", object().add("type", "tab").build());
        String tab = created.getString("context");
        go(tab, url);
        return tab;
    }

    /** Opens a page in a tab, and waits until it is there. */
    void go(String tab, String url) {
        session.send(
                "browsingContext.navigate",
                object().add("context", tab)
                        .add("url", url)
                        .add("wait", "complete")
                        .build());
    }

    /** Ends a tab, as its user does. */
    void closeTab(String tab) {
        session.send("browsingContext.close", object().add("context", tab).build());
    }

    /** Kills the process of a tab, as a fault of the browser does; its page runs no handler. */
    void crash(String tab) {
        run(tab, "location.hash = 'crash'");
        JsonObject windows = session.send(
                "browsingContext.getTree", object().add("moz:scope", "chrome").build());
        String window = windows.getJsonArray("contexts").getJsonObject(0).getString("context");
        await().atMost(STOP).until(() -> {
            long pid = Long.parseLong(run(
                            window,
                            "return gBrowser.browsers.find(({ currentURI }) => currentURI.spec.endsWith('#crash'))"
                                    + "?.frameLoader.remoteTab.osPid ?? 0")
                    .toString());
            return pid != 0 && ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        });
    }

    /** The result of a script in a tab, {@code return …}; it may {@code await}. */
    JsonValue run(String tab, String script) {
        String expression = "(async () => {" + script + "\n})().then(it => JSON.stringify([it ?? null]))";
        JsonObject answer = session.send(
                "script.evaluate",
                object().add("expression", expression)
                        .add("target", object().add("context", tab))
                        .add("awaitPromise", true)
                        .build());
        assertThat(answer.getString("type")).as(() -> script + "\n" + answer).isEqualTo("success");
        try (JsonReader reader = Json.createReader(
                new StringReader(answer.getJsonObject("result").getString("value")))) {
            return reader.readArray().get(0);
        }
    }

    /** Waits until an expression of a tab has this value, as JSON. */
    void awaitValue(String tab, String expression, String json) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(run(tab, "return " + expression).toString())
                        .as(expression)
                        .isEqualTo(json));
    }

    /** Warnings and errors of scripts, and what a policy refused, in all tabs since it was asked last. */
    List<String> faults() {
        List<String> all = List.copyOf(faults);
        faults.clear();
        return all;
    }

    /** The processes that it consists of beside the first. */
    List<ProcessHandle> processes() {
        return child.process().descendants().toList();
    }

    @Override
    public void close() {
        List<ProcessHandle> others = processes();
        try (session) {
            session.send("browser.close", object().build());
            child.exited(STOP);
        } finally {
            others.forEach(ProcessHandle::destroyForcibly);
            end(child);
            others.forEach(each ->
                    each.onExit().orTimeout(STOP.toSeconds(), TimeUnit.SECONDS).join());
            ChildProcess.delete(home);
        }
    }

    private static void end(ChildProcess child) {
        child.process().descendants().forEach(ProcessHandle::destroyForcibly);
        child.close();
    }
}
