package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pages and functions of {@code browser.md}, as they are written there, against a server of the test's. */
@Timeout(600)
class HowToBrowserIT {
    private static final Duration LONG = Duration.ofSeconds(120);
    private static final Document PAGE = Document.read("docs/how-to/browser.md");
    private static final String SERVER = "http://127.0.0.1:8080/";
    private static final Map<String, String> SETTINGS = Map.of("fanfare.dev", "true", "fanfare.demo.enabled", "true");

    private static JarHost host;

    @BeforeAll
    static void startServer() {
        host = JarHost.start("how-to-browser", SETTINGS);
    }

    @AfterAll
    static void stopServer() {
        host.close();
    }

    private static String ours(String text) {
        return text.replace(SERVER, host.base().toString());
    }

    @Test
    void thePageWithTheClientAndThePlainOneShowWhatIsPublished() {
        Path empty = ChildProcess.directory("how-to-pages");
        try (Browser browser = Browser.start("how-to");
                StaticSite site = StaticSite.start(empty)) {
            site.answer("/favicon.ico", 200, "image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
            for (String with : List.of("/fanfare.js", "new EventSource")) {
                site.answer("/page", 200, "text/html;charset=UTF-8", ours(PAGE.blockWith(with)));
                browser.open(site.base() + "page");
                await().atMost(LONG).until(() -> browser.text("job").matches("queued|running|done"));
                publish("<b>Hello</b>");
                await().atMost(LONG).until(() -> browser.text("news").equals("<b>Hello</b>"));
                browser.assertNothingOnTheConsole();
            }
        }
    }

    @Test
    void aServiceWorkerLetsTheStreamPass() {
        Path empty = ChildProcess.directory("how-to-worker");
        try (Browser browser = Browser.start("worker");
                StaticSite site = StaticSite.start(empty)) {
            site.answer("/worker.js", 200, "text/javascript", PAGE.blockWith("addEventListener(\"fetch\""));
            site.answer("/page", 200, "text/html;charset=UTF-8", ours(PAGE.blockWith("/fanfare.js")));
            site.answer("/first", 200, "text/html;charset=UTF-8", "<!doctype html><title>First</title>");
            browser.open(site.base() + "first");
            browser.run("navigator.serviceWorker.register('/worker.js');"
                    + " navigator.serviceWorker.ready.then(() => document.title = 'ready')");
            await().atMost(LONG)
                    .until(() -> browser.run("return document.title").equals("ready"));

            browser.open(site.base() + "page");

            await().atMost(LONG).until(() -> browser.text("job").matches("queued|running|done"));
            assertThat(browser.run("return navigator.serviceWorker.controller !== null"))
                    .isEqualTo(true);
            publish("through the worker");
            await().atMost(LONG).until(() -> browser.text("news").equals("through the worker"));
        }
    }

    @Test
    void theFunctionsForVueAndSvelteFollowAStatus() throws IOException {
        NpmProject project = NpmProject.empty("how-to-vue");
        NpmProject.requireFetching("vue and svelte");
        Path folder = project.directory();
        Files.writeString(folder.resolve("package.json"), "{\"private\": true, \"type\": \"module\"}");
        project.npm(Map.of(), "install", "--no-audit", "--no-fund", "vue@3.5.24", "svelte@5.43.5", client());
        Files.writeString(folder.resolve("vue.js"), PAGE.blockWith("onScopeDispose"));
        Files.writeString(folder.resolve("svelte.js"), PAGE.blockWith("readable("));
        Files.writeString(folder.resolve("run.js"), """
                import { connect } from "fanfare-client";
                import { effectScope, watch } from "vue";
                import { useStatus } from "./vue.js";
                import { statusStore } from "./svelte.js";

                const fanfare = connect(process.argv[2]);
                const scope = effectScope();
                await new Promise(done => scope.run(() => {
                  const status = useStatus(fanfare, "demo", { param1: "vue" });
                  watch(status, now => (console.log("vue", now.param1), done()));
                }));
                scope.stop();
                const store = statusStore(fanfare, "demo", { param1: "svelte" });
                let stop;
                await new Promise(done => (stop = store.subscribe(now => now && (console.log("svelte", now.param1), done()))));
                stop();
                fanfare.close();
                """);
        try (ChildProcess node = ChildProcess.start(
                folder,
                List.of(Tools.requireNode().toString(), "run.js", host.base().toString()),
                Map.of())) {
            assertThat(node.exited(LONG)).as(node.output()).isTrue();
            assertThat(node.output()).contains("vue vue\n", "svelte svelte\n");
            assertThat(node.process().exitValue()).isZero();
        }
    }

    private static String client() {
        return Path.of("target", "npm").toAbsolutePath().toString();
    }

    private static void publish(String data) {
        URI base = host.base();
        RawHttp.Answer answer = RawHttp.request(
                base.getPort(),
                "POST",
                "/.well-known/mercure",
                List.of("Content-Type: application/x-www-form-urlencoded"),
                "topic=news&data=" + data);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }
}
