package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.RawHttp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code fanfare.js} in tabs of a real browser, against the jar. */
@Timeout(600)
class BrowserModuleIT {
    private static final Duration LONG = Duration.ofSeconds(120);
    private static final Map<String, String> SETTINGS = Map.of(
            "fanfare.dev", "true",
            "fanfare.history.store", "sqlite",
            "fanfare.stream.retry", "500ms",
            "fanfare.status.board.push", "true",
            "fanfare.status.board.params", "name");

    /** A page that follows a topic and a status, and notes how often it has opened a stream. */
    private static final String FOLLOW = """
            window.opened = 0; window.seen = []; window.notices = []; window.states = []; window.board = [];
            const own = window.fetch;
            window.fetch = (url, init) => { if (String(url).includes('/events?')) opened++; return own(url, init); };
            import(location.origin + '/fanfare.js').then(({ connect }) => {
              window.fanfare = connect('/');
              fanfare.onState(state => states.push(state.name));
              fanfare.topic('news', data => seen.push(data), { notice: event => notices.push(event.type) });
              fanfare.status('board', { name: 'a' }, data => board.push(data.n));
            }, error => states.push(String(error)));
            """;

    private static Browser browser;

    private final List<String> tabs = new ArrayList<>();

    @BeforeAll
    static void startBrowser() {
        browser = Browser.start("module");
    }

    @AfterAll
    static void stopBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void closeTabs() {
        browser.closeTabs();
    }

    @Test
    void twelveTabsHoldOneConnectionAndLoseNothingWhenTheirLeaderCrashesOrCloses() {
        try (JarHost host = JarHost.start("module-tabs", SETTINGS)) {
            set(host, 1);
            for (int i = 0; i < 12; i++) {
                open(host);
            }
            publish(host, 1, 20);
            assertAllHave(20);
            assertThat(streams(host)).isEqualTo(1);

            leave(true);
            publish(host, 21, 40);
            assertAllHave(40);

            leave(false);
            publish(host, 41, 60);
            set(host, 2);
            assertAllHave(60);
            await().atMost(LONG).until(() -> streams(host) == 1);
            for (String tab : tabs) {
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(browser.in(tab, "return board"))
                                .as("the status came once, and once for its change")
                                .isEqualTo(List.of(1L, 2L)));
                assertThat(browser.in(tab, "return notices")).isEqualTo(List.of());
            }
        }
    }

    @Test
    void aServerThatIsKilledAndBackLosesNothingInAnyTab() {
        Path directory = ChildProcess.directory("module-killed");
        int port = ChildProcess.freePort();
        try (JarHost host = JarHost.start(directory, port, SETTINGS)) {
            set(host, 1);
            for (int i = 0; i < 4; i++) {
                open(host);
            }
            publish(host, 1, 30);
            assertAllHave(30);
            host.child().process().destroyForcibly();
            assertThat(host.child().exited(LONG)).isTrue();
        }
        for (String tab : tabs) {
            // It is connecting now and then.
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(
                                    (String) browser.in(tab, "return fanfare.state.name + ' ' + fanfare.state.reason"))
                            .matches("reconnecting Reconnecting in \\d+ s: .+"));
        }

        try (JarHost again = JarHost.start(directory, port, SETTINGS)) {
            publish(again, 31, 50);
            assertAllHave(50);
            await().atMost(LONG).until(() -> streams(again) == 1);
            assertThat(browser.in(tabs.get(0), "return notices")).isEqualTo(List.of());
        }
    }

    @Test
    void hostilePayloadsAreTextInEveryTab() {
        List<String> payloads = List.of(
                "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>",
                "\u0000\u0007\u001b[2J\u2028\u2029\ufeff\r\n\r\nid: 9",
                "data: x\n\nevent: y",
                "{\"__proto__\":{\"polluted\":1}}",
                "\u202egnp.exe \ud83c\udfba",
                "x".repeat(900_000));
        try (JarHost host = JarHost.start("module-hostile", SETTINGS)) {
            set(host, 1);
            open(host);
            open(host);
            for (String payload : payloads) {
                publish(host, payload);
            }
            for (String tab : tabs) {
                await().atMost(LONG).until(() -> seen(tab).size() == payloads.size());
                // Data has line feeds for line ends of any kind.
                assertThat(seen(tab))
                        .isEqualTo(payloads.stream()
                                .map(payload -> payload.replaceAll("\r\n?", "\n"))
                                .toList());
                assertThat(browser.run("for (const text of seen) document.body.append(text);"
                                + " return [document.title, document.images.length, {}.polluted ?? null]"))
                        .isEqualTo(java.util.Arrays.asList("", 0L, null));
            }
        }
    }

    @Test
    void aHiddenTabTakesAThousandEventsASecondAndItsMemoryStaysFlat() {
        try (JarHost host = JarHost.start("module-load", SETTINGS)) {
            set(host, 1);
            open(host);
            open(host);
            String hidden = tabs.get(0);
            browser.in(hidden, "seen = []; window.count = 0; seen.push = () => count++");
            browser.enter(tabs.get(1));
            browser.run("seen = []; window.count = 0; seen.push = () => count++");
            load(host, 2);
            await().atMost(LONG).until(() -> browser.in(hidden, "return count").equals(2000L));
            long before = browser.heapBytes();
            browser.enter(tabs.get(1));

            load(host, 10);

            for (String tab : tabs) {
                await().atMost(LONG).until(() -> browser.in(tab, "return count").equals(12_000L));
            }
            browser.enter(hidden);
            assertThat(browser.heapBytes()).as("bytes, from %s", before).isLessThan(before + (4 << 20));
        }
    }

    /** Publishes 1,000 events a second, 50 at a time. */
    private static void load(JarHost host, int seconds) {
        long begin = System.nanoTime();
        for (int batch = 0; batch < seconds * 20; batch++) {
            long due = begin + batch * 50_000_000L;
            while (System.nanoTime() < due) {
                java.util.concurrent.locks.LockSupport.parkNanos(due - System.nanoTime());
            }
            publish(host, 1, 50);
        }
    }

    private void open(JarHost host) {
        String tab = browser.openTab(host.base() + "health/live");
        tabs.add(tab);
        browser.run(FOLLOW);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(
                                browser.in(tab, "return window.fanfare ? [fanfare.state.name, board.length > 0] : []"))
                        .as(() -> "states: " + browser.in(tab, "return states"))
                        .isEqualTo(List.of("live", true)));
    }

    /** Ends the tab that holds the connection. */
    private void leave(boolean crash) {
        String leader = tabs.stream()
                .filter(tab -> !browser.in(tab, "return opened").equals(0L))
                .findFirst()
                .orElseThrow();
        tabs.remove(leader);
        browser.enter(leader);
        if (crash) {
            browser.crashTab(tabs.get(0));
        } else {
            browser.closeTab(tabs.get(0));
        }
    }

    private void assertAllHave(int last) {
        List<String> expected =
                IntStream.rangeClosed(1, last).mapToObj(Integer::toString).toList();
        for (String tab : tabs) {
            await().atMost(LONG).until(() -> seen(tab).size() >= last);
            assertThat(seen(tab)).isEqualTo(expected);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> seen(String tab) {
        return (List<String>) browser.in(tab, "return seen");
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

    private static void publish(JarHost host, int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int n = from; n <= to; n++) {
            lines.append("{\"topic\":\"news\",\"data\":\"").append(n).append("\"}\n");
        }
        post(host, "application/x-ndjson", lines.toString());
    }

    private static void publish(JarHost host, String payload) {
        Map<String, String> fields = new HashMap<>(Map.of("topic", "news", "data", payload));
        StringBuilder form = new StringBuilder();
        fields.forEach((name, value) -> form.append(form.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(java.net.URLEncoder.encode(value, java.nio.charset.StandardCharsets.UTF_8)));
        post(host, "application/x-www-form-urlencoded", form.toString());
    }

    private static void post(JarHost host, String type, String body) {
        RawHttp.Answer answer =
                RawHttp.request(host.port(), "POST", "/.well-known/mercure", List.of("Content-Type: " + type), body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }
}
