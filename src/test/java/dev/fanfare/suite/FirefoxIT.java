package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.RawHttp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other tests show in Chromium, in a real Firefox: streams over HTTP/2, {@code fanfare.js}, and the console. */
@Timeout(600)
class FirefoxIT {
    private static final Duration LONG = Duration.ofSeconds(120);
    private static final Map<String, String> SETTINGS = Map.of(
            "fanfare.dev", "true",
            "fanfare.history.store", "sqlite",
            "fanfare.stream.retry", "500ms",
            "fanfare.status.board.push", "true",
            "fanfare.status.board.params", "name");

    /** Follows a topic and a status, and notes how often this tab has opened a stream for all. */
    private static final String FOLLOW = """
            window.opened = 0; window.seen = []; window.notices = []; window.board = [];
            const own = window.fetch;
            window.fetch = (url, init) => { if (String(url).includes('/events?')) opened++; return own(url, init); };
            const { connect } = await import(location.origin + '/fanfare.js');
            window.fanfare = connect('/');
            fanfare.topic('news', data => seen.push(Number(data)), { notice: event => notices.push(event.type) });
            fanfare.status('board', { name: 'a' }, data => board.push(data.n));
            """;

    private static Firefox firefox;

    private final List<String> tabs = new ArrayList<>();

    @BeforeAll
    static void startFirefox() {
        firefox = Firefox.start("it");
    }

    @AfterAll
    static void stopFirefox() {
        if (firefox != null) {
            firefox.close();
        }
    }

    @AfterEach
    void closeTabs() {
        tabs.forEach(firefox::closeTab);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void aHundredStreamsShareOneConnectionAndLoseNothingWhenTheServerIsKilled(String proxy) throws Exception {
        HundredStreams.shareOneConnectionAndLoseNothingWhenTheServerIsKilled("firefox", 0, proxy, url -> {
            String tab = open(url);
            return new HundredStreams.Page() {
                @Override
                public void run(String script) {
                    firefox.run(tab, script);
                }

                @Override
                public void awaitValue(String expression, String json) {
                    firefox.awaitValue(tab, expression, json);
                }
            };
        });
    }

    @Test
    void tabsShareOneConnectionOfTheModuleAndLoseNothingWhoeverLeaves() {
        Path directory = ChildProcess.directory("firefox-module");
        int port = ChildProcess.freePort();
        JarHost host = JarHost.start(directory, port, SETTINGS);
        try {
            set(host, 1);
            for (int i = 0; i < 8; i++) {
                follow(host);
            }
            HundredStreams.publish(host, 1, 10);
            assertAllTabsHave(10);
            assertThat(streams(host)).isEqualTo(1);

            firefox.closeTab(takeLeader());
            HundredStreams.publish(host, 11, 20);
            assertAllTabsHave(20);
            firefox.go(takeLeader(), host.base() + "health/live");
            HundredStreams.publish(host, 21, 30);
            assertAllTabsHave(30);
            firefox.crash(takeLeader());
            HundredStreams.publish(host, 31, 40);
            assertAllTabsHave(40);

            host.child().process().destroyForcibly();
            assertThat(host.child().exited(LONG)).isTrue();
            host.close();
            for (String tab : tabs) {
                firefox.awaitValue(tab, "/^Reconnecting in \\d+ s: ./.test(fanfare.state.reason)", "true");
            }
            host = JarHost.start(directory, port, SETTINGS);
            HundredStreams.publish(host, 41, 50);
            assertAllTabsHave(50);
            set(host, 2);
            for (String tab : tabs) {
                firefox.awaitValue(tab, "board", "[1,2]");
                firefox.awaitValue(tab, "notices", "[]");
            }
            assertThat(tabs.stream().filter(FirefoxIT::leads)).hasSize(1);
            JarHost now = host;
            await().atMost(LONG).until(() -> streams(now) == 1);
        } finally {
            host.close();
        }
    }

    private void follow(JarHost host) {
        String tab = open(host.base() + "fanfare.js"); // shown as text
        firefox.run(tab, FOLLOW);
        firefox.awaitValue(tab, "[fanfare.state.name, board.length]", "[\"live\",1]");
    }

    /** The tab that holds the connection, which is none of those that follow from now on. */
    private String takeLeader() {
        String leader = tabs.stream().filter(FirefoxIT::leads).findFirst().orElseThrow();
        tabs.remove(leader);
        return leader;
    }

    private static boolean leads(String tab) {
        return !firefox.run(tab, "return opened").toString().equals("0");
    }

    private void assertAllTabsHave(int last) {
        String all = IntStream.rangeClosed(1, last).mapToObj(Integer::toString).collect(Collectors.joining(","));
        for (String tab : tabs) {
            firefox.awaitValue(tab, "seen", "[" + all + "]");
        }
    }

    @Test
    void theConsoleShowsEventsOverTlsAndItsPolicyRefusesNothingOfIt() {
        int port = ChildProcess.freePort();
        try (ChildProcess server = ChildProcess.java(
                ChildProcess.directory("firefox-console"),
                List.of(
                        "-Dfanfare.demo.delay=50ms",
                        "-Dfanfare.http.warm-up=0s",
                        "-jar",
                        System.getProperty("fanfare.jar"),
                        "--dev",
                        "--tls",
                        "--port",
                        String.valueOf(port)))) {
            await().atMost(LONG).until(() -> server.output().contains("is ready at "));
            firefox.faults();
            String tab = open("https://localhost:" + port + "/");
            awaitText(tab, "state", "live");
            firefox.run(tab, """
                    const fill = (values, form) => {
                      for (const [id, value] of Object.entries(values)) document.getElementById(id).value = value;
                      document.getElementById(form).requestSubmit();
                    };
                    fill({ 'subscribe-topics': 'news' }, 'subscribe-form');
                    fill({ 'status-source': 'demo', 'status-params': 'param1=test' }, 'status-form');
                    """);
            awaitText(tab, "subscribe-note", "Open.");
            firefox.run(tab, """
                    return fetch('/.well-known/mercure', {
                      method: 'POST', body: new URLSearchParams({ topic: 'news', data: '<b>Hello</b>' })
                    }).then(({ status }) => status);
                    """);

            awaitText(tab, "frames", "data: <b>Hello</b>");
            awaitText(tab, "timeline", "the whole status");
            awaitText(tab, "watches", "/status/demo?param1=test");
            awaitText(tab, "counter-state", "ended");
            firefox.awaitValue(tab, "document.querySelectorAll('#prices-rows tr').length", "5");
            firefox.run(tab, "document.getElementById('doctor-button').click()");
            awaitText(tab, "doctor", "has not been cut so far");
            awaitText(tab, "doctor", "HTTP/1.1");
            assertThat(firefox.faults()).isEmpty();
        }
    }

    private static void awaitText(String tab, String id, String text) {
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(firefox.run(tab, "return document.getElementById('" + id + "').textContent")
                                        .toString())
                                .as(id)
                                .contains(text));
    }

    private String open(String url) {
        String tab = firefox.open(url);
        tabs.add(tab);
        return tab;
    }

    private static long streams(JarHost host) {
        String metrics = RawHttp.request(host.port(), "GET", "/metrics").body();
        return MetricsReader.read(metrics).number("fanfare_subscriptions", "stream", "joint");
    }

    private static void set(JarHost host, int n) {
        assertThat(RawHttp.request(
                                host.port(),
                                "PUT",
                                "/status/board?name=a",
                                List.of("Content-Type: application/json"),
                                "{\"n\":" + n + "}")
                        .status())
                .isEqualTo(204);
    }
}
