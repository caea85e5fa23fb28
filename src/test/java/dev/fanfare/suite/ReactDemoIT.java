package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.RawHttp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The package for npm, and the application of {@code src/it/react-demo} that uses it. */
@Timeout(1200)
class ReactDemoIT {
    private static final Duration LONG = Duration.ofSeconds(120);

    @Test
    void npmPacksTheClientWithItsTypes() {
        String folder = Path.of("target", "npm").toAbsolutePath().toString();
        String output = NpmProject.empty("npm-pack").npm(Map.of(), "pack", "--dry-run", "--json", folder);

        assertThat(output)
                .contains("\"filename\": \"fanfare-client-")
                .contains("fanfare.js\"", "fanfare.d.ts\"", "fanfare-react.js\"", "fanfare-react.d.ts\"", "LICENSE\"")
                .contains("\"entryCount\": 7")
                .doesNotContain("${");
    }

    @Test
    void theDemoBuildsAndShowsStreamsOfAnotherOriginInManyTabs() {
        NpmProject demo = NpmProject.copyOf("src/it/react-demo", "react-demo");
        int port = ChildProcess.freePort();
        Map<String, String> environment = Map.of("VITE_FANFARE", "http://127.0.0.1:" + port);
        demo.npm(environment, "ci");
        demo.npm(environment, "run", "check");

        try (StaticSite site = StaticSite.start(demo.directory().resolve("dist"));
                JarHost host = start(port, site);
                Browser browser = Browser.start("react-demo")) {
            List<String> tabs = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tabs.add(browser.openTab(site.base().toString()));
                await().atMost(LONG)
                        .untilAsserted(
                                () -> assertThat(page(browser)).contains("Counter value 1", "ACME", "Connected."));
                await().atMost(LONG)
                        .until(() -> browser.run("return document.querySelector('output') !== null")
                                .equals(true));
            }
            String last = tabs.get(3);
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(browser.in(last, "return document.body.innerText"))
                            .asString()
                            .contains("Counter value 5", "End of the stream", "That was the last one."));

            publish(host, "<b>Hello</b>");
            for (String tab : tabs) {
                browser.enter(tab);
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(page(browser)).contains("<b>Hello</b>"));
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(page(browser)).contains("done, for good"));
            }
            await().atMost(LONG).untilAsserted(() -> {
                String metrics = RawHttp.request(port, "GET", "/metrics").body();
                assertThat(MetricsReader.read(metrics).number("fanfare_subscriptions", "stream", "joint"))
                        .isEqualTo(1);
            });
            browser.assertNothingOnTheConsole();
        }
    }

    @Test
    void theHooksPassTheirTestsWithReact18() {
        NpmProject demo = NpmProject.copyOf("src/it/react-demo", "react-18");
        demo.npm(Map.of(), "install", "--no-save", "react@18.3.1", "react-dom@18.3.1");

        assertThat(demo.npm(Map.of(), "test")).containsPattern("Tests +\\S*\\d+ passed");
    }

    private static JarHost start(int port, StaticSite site) {
        String origin = site.base().toString().replaceFirst("/$", "");
        return JarHost.start(
                ChildProcess.directory("react-demo-server"),
                port,
                Map.of(
                        "fanfare.demo.enabled", "true",
                        "fanfare.demo.count", "5",
                        "fanfare.demo.delay", "200ms",
                        "fanfare.history.store", "memory",
                        "fanfare.auth.anonymous-publish", "true",
                        "fanfare.cors.allow-origins", origin));
    }

    private static String page(Browser browser) {
        return String.valueOf(browser.run("return document.body.innerText"));
    }

    private static void publish(JarHost host, String data) {
        RawHttp.Answer answer = RawHttp.request(
                host.port(),
                "POST",
                "/.well-known/mercure",
                List.of("Content-Type: application/x-www-form-urlencoded"),
                "topic=news&data=" + data);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }
}
