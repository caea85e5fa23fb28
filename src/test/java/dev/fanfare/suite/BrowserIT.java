package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The streams in a browser, as its own {@code EventSource} reads them. */
class BrowserIT {
    private static final int COUNT = 80;
    private static final Map<String, String> SETTINGS = settings("50ms");

    /** It does not come to the end before it is killed, however late that is. */
    private static final Map<String, String> SLOW_SETTINGS = settings("1s");

    /** Notes what an EventSource for {@code /stream} says, in a page of the same origin that has no script of its own. */
    private static final String READ_COUNTER = """
            window.ids = []; window.opened = 0; window.ended = false;
            window.source = new EventSource('/stream');
            source.onopen = () => opened++;
            source.addEventListener('new_message', event => ids.push(Number(event.lastEventId)));
            source.addEventListener('end_event', event => { ids.push(Number(event.lastEventId)); ended = true; });
            """;

    private static Browser browser;

    private static Map<String, String> settings(String delay) {
        return Map.of(
                "fanfare.demo.enabled", "true",
                "fanfare.demo.count", String.valueOf(COUNT),
                "fanfare.demo.delay", delay,
                "fanfare.demo.retry", "200ms",
                "fanfare.history.store", "memory");
    }

    @BeforeAll
    static void startBrowser() {
        browser = Browser.start("it");
    }

    @AfterAll
    static void stopBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void anEventSourceGoesOnWhereItWasWhenTheServerWasKilledAndIsBack() {
        Path directory = ChildProcess.directory("browser-restart");
        int port = ChildProcess.freePort();
        try (JarHost host = JarHost.start(directory, port, SLOW_SETTINGS)) {
            browser.open(host.base() + "health/live");
            browser.run(READ_COUNTER);
            await().until(() -> ids().size() >= 3);
            host.child().process().destroyForcibly();
            assertThat(host.child().exited(Duration.ofSeconds(60))).isTrue();
        }
        assertThat(ids()).hasSizeLessThan(COUNT);

        try (JarHost again = JarHost.start(directory, port, SETTINGS)) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> browser.run("return ended").equals(true));

            assertThat(ids())
                    .isEqualTo(LongStream.rangeClosed(1, COUNT + 1).boxed().toList());
            assertThat(browser.run("return opened")).isEqualTo(2L);
            browser.open("about:blank");
            browser.console();
        }
    }

    @Test
    void anEventSourceStopsForGoodBehindTheEnd() {
        try (JarHost host = JarHost.start("browser-end", SETTINGS)) {
            browser.open(host.base() + "health/live");
            browser.run(READ_COUNTER);

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> browser.run("return source.readyState === EventSource.CLOSED")
                            .equals(true));

            assertThat(ids()).hasSize(COUNT + 1);
            assertThat(browser.run("return opened")).isEqualTo(1L);
            browser.open("about:blank");
            browser.console();
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Long> ids() {
        return (List<Long>) browser.run("return ids");
    }
}
