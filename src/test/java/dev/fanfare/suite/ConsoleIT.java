package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The console in a browser. */
class ConsoleIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> DEMO =
            Map.of("fanfare.demo.enabled", "true", "fanfare.demo.delay", "50ms", "fanfare.history.store", "memory");

    private static Browser browser;

    @BeforeAll
    static void startBrowser() {
        browser = Browser.start("console");
    }

    @AfterAll
    static void stopBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void itShowsWhatTheServerHasOverOneConnection() {
        try (JarHost host = JarHost.start(
                "console-shows",
                with(DEMO, "fanfare.auth.key", Tokens.SECRET, "fanfare.console.access", "anonymous"))) {
            open(host);
            subscribe("https://example.com/books/{id}");
            publish(host, "https://example.com/books/1", "one");
            follow("demo", "param1=test");

            awaitText("topics", "https://example.com/books/{id}");
            awaitText("watches", "/status/demo?param1=test");
            awaitText("frames", "data: one");
            awaitText("timeline", "the whole status");
            awaitText("server-log", "this process alone");
            // The status and the server's own come by the shared connection; the frames are read by another, which
            // shows them raw.
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(browser.text("tile-clients-words"))
                            .contains("1 on several things", "1 on topics")
                            .doesNotContain("on a status"));
            browser.assertNothingOnTheConsole();
            browser.open("about:blank");
        }
    }

    @Test
    void theDemoRunsToItsEnd() {
        try (JarHost host = JarHost.start("console-demo", DEMO)) {
            open(host);

            awaitText("counter-state", "ended");
            assertThat(browser.text("counter-last")).isEqualTo("End of the stream");
            await().atMost(PATIENCE)
                    .until(() -> Long.valueOf(5)
                            .equals(browser.run("return document.querySelectorAll('#prices-rows tr').length")));
            browser.assertNothingOnTheConsole();
            browser.open("about:blank");
        }
    }

    @Test
    void aServerWithoutTheDemoShowsNoDemo() {
        Map<String, String> settings =
                Map.of("fanfare.demo.enabled", "false", "fanfare.console", "on", "fanfare.history.store", "memory");
        try (JarHost host = JarHost.start("console-plain", settings)) {
            open(host);

            assertThat(browser.run("return document.getElementById('demo').hidden"))
                    .isEqualTo(true);
            browser.open("about:blank");
        }
    }

    @Test
    void offItIs404() {
        try (JarHost host = JarHost.start("console-off", with(DEMO, "fanfare.console", "off"))) {
            for (String path : List.of("/", "/console/console.js", "/console/console.css", "/status/fanfare")) {
                assertThat(RawHttp.request(host.port(), "GET", path).status())
                        .as(path)
                        .isEqualTo(404);
            }
        }
    }

    @Test
    void whereATokenIsNeededItShowsAllToItsHolderAndTheRestNothing() {
        Map<String, String> settings = with(DEMO, "fanfare.auth.key", Tokens.SECRET, "fanfare.console.access", "token");
        try (JarHost host = JarHost.start("console-token", settings)) {
            browser.open(host.base().toString());
            awaitText("notice", "/status/fanfare");
            assertThat(browser.text("tile-clients-value")).isEqualTo("\u2013");

            String token = Tokens.subscriber("/status/fanfare");
            browser.run(
                    "document.getElementById('token').value = arguments[0];"
                            + " document.getElementById('token-form').requestSubmit()",
                    token);

            await().atMost(PATIENCE)
                    .until(() -> !browser.text("tile-clients-value").equals("\u2013"));
            assertThat(browser.text("notice")).isEmpty();
            browser.open("about:blank");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<img src=x onerror=window.hacked=1>",
                "</pre><script>window.hacked=1</script>",
                "\u0001\u0002\u001b[31m\u202e",
                "{\"__proto__\":{\"hacked\":1}}"
            })
    void whatIsPublishedIsShownAsText(String hostile) {
        try (JarHost host = JarHost.start(
                "console-hostile",
                with(DEMO, "fanfare.auth.key", Tokens.SECRET, "fanfare.console.access", "anonymous"))) {
            open(host);
            subscribe("news");
            publish(host, "news", hostile);

            awaitText("frames", hostile);
            assertThat(browser.run("return window.hacked ?? Object.prototype.hacked ?? 'no'"))
                    .isEqualTo("no");
            browser.assertNothingOnTheConsole();
            browser.open("about:blank");
        }
    }

    /** Of an EventSource a page gets only those types that it asks for. */
    @Test
    void eventsOfAnyTypeAreShown() {
        try (JarHost host = JarHost.start(
                "console-types",
                with(DEMO, "fanfare.auth.key", Tokens.SECRET, "fanfare.console.access", "anonymous"))) {
            open(host);
            subscribe("news");
            for (String type : List.of("note", "update", "end")) {
                assertThat(post(
                                        host,
                                        "application/x-www-form-urlencoded",
                                        "topic=news&data=of-" + type + "&type=" + type)
                                .status())
                        .isEqualTo(200);
            }
            publish(host, "news", "without");

            awaitText("frames", "without");
            for (String type : List.of("note", "update", "end")) {
                assertThat(browser.text("frames")).contains("event: " + type, "data: of-" + type);
            }
            browser.open("about:blank");
        }
    }

    @Test
    void manyEventsASecondLeaveThePageQuick() {
        try (JarHost host = JarHost.start(
                "console-many", with(DEMO, "fanfare.auth.key", Tokens.SECRET, "fanfare.console.access", "anonymous"))) {
            open(host);
            subscribe("news");
            for (int batch = 0; batch < 10; batch++) {
                StringBuilder lines = new StringBuilder();
                for (int i = 0; i < 1000; i++) {
                    lines.append("{\"topic\":\"news\",\"data\":\"")
                            .append(batch * 1000 + i)
                            .append("\"}\n");
                }
                assertThat(post(host, "application/x-ndjson", lines.toString()).status())
                        .isEqualTo(200);
            }

            awaitText("frames", "data: 9999");
            assertThat((long) browser.run("return document.getElementById('frames').children.length"))
                    .isLessThanOrEqualTo(100);
            browser.open("about:blank");
        }
    }

    @Test
    void theDoctorFindsNothingInTheWayOfADirectConnection() {
        try (JarHost host = JarHost.start("console-doctor", DEMO)) {
            open(host);
            browser.run("document.getElementById('doctor-button').click()");

            await().atMost(PATIENCE).until(() -> !browser.text("doctor").isEmpty());
            assertThat(browser.text("doctor")).contains("HTTP/1.1", "has not been cut so far");
            browser.open("about:blank");
        }
    }

    @ParameterizedTest
    @CsvSource({"light,360", "light,768", "light,1440", "dark,360", "dark,768", "dark,1440"})
    void everybodyCanUseIt(String theme, int width) throws IOException {
        try (JarHost host = JarHost.start("console-" + theme + width, DEMO)) {
            browser.show(theme, width);
            open(host);
            follow("demo", "param1=test");
            awaitText("timeline", "the whole status");
            awaitText("counter-state", "ended");

            assertThat((long) browser.run("return document.documentElement.scrollWidth"))
                    .as("no scrolling to the side")
                    .isLessThanOrEqualTo(width);
            assertThat(violations()).isEmpty();
            browser.open("about:blank");
        } finally {
            browser.show("light", 1200);
        }
    }

    @Test
    void everyControlIsReachedByTheKeyboard() {
        try (JarHost host = JarHost.start("console-keyboard", DEMO)) {
            open(host);
            assertThat(browser.run("""
                    return [...document.querySelectorAll('button, input, textarea, summary, a[href]')]
                      .filter(element => element.offsetParent && !element.disabled && element.tabIndex < 0)
                      .map(element => element.id || element.textContent)""")).isEqualTo(List.of());
            browser.open("about:blank");
        }
    }

    private static List<?> violations() throws IOException {
        try (InputStream script = ConsoleIT.class.getResourceAsStream("/axe.min.js")) {
            browser.run(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        return (List<?>) browser.await("""
                const done = arguments[arguments.length - 1];
                axe.run().then(results => done(results.violations.map(one => one.id + ': ' + one.nodes.map(node => node.html).join(' '))))""");
    }

    @BeforeEach
    void leaveWhatAnotherTestMayHaveLeft() {
        browser.open("about:blank");
        browser.console();
    }

    private static void open(JarHost host) {
        browser.open(host.base().toString());
        awaitText("state", "live");
        await().atMost(PATIENCE).until(() -> !browser.text("tile-clients-value").equals("\u2013"));
    }

    private static void subscribe(String topic) {
        browser.run(
                "document.getElementById('subscribe-topics').value = arguments[0];"
                        + " document.getElementById('subscribe-form').requestSubmit()",
                topic);
        awaitText("subscribe-note", "Open.");
    }

    private static void follow(String source, String params) {
        browser.run(
                "document.getElementById('status-source').value = arguments[0];"
                        + " document.getElementById('status-params').value = arguments[1];"
                        + " document.getElementById('status-form').requestSubmit()",
                source,
                params);
    }

    private static void publish(JarHost host, String topic, String data) {
        String form = "topic=" + URLEncoder.encode(topic, StandardCharsets.UTF_8) + "&data="
                + URLEncoder.encode(data, StandardCharsets.UTF_8);
        assertThat(post(host, "application/x-www-form-urlencoded", form).status())
                .isEqualTo(200);
    }

    private static RawHttp.Answer post(JarHost host, String type, String body) {
        return RawHttp.request(
                host.port(),
                "POST",
                "/.well-known/mercure",
                List.of("Content-Type: " + type, Tokens.header(Tokens.publisher("*"))),
                body);
    }

    private static void awaitText(String id, String text) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(browser.text(id)).contains(text));
    }

    private static Map<String, String> with(Map<String, String> settings, String... more) {
        Map<String, String> all = new HashMap<>(settings);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }
}
