package dev.fanfare.suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code fanfare.js} makes, in a real browser, of answers that a service and what stands before it may give. */
@Timeout(600)
class BrowserAnswersIT {
    private static final Duration LONG = Duration.ofSeconds(120);
    private static final Path CLIENT =
            Path.of("src", "main", "resources", "META-INF", "resources").toAbsolutePath();
    private static final String OPEN = ":\nretry: 300\nid: #a.0\ndata: {\"type\":\"open\",\"session\":\"s\"}\n\n";
    private static final String PAGE = """
            <!doctype html><title>Answers</title><script type="module">
            window.seen = []; window.names = [];
            try { localStorage.length; window.storage = true; } catch { window.storage = false; }
            const { connect } = await import(new URL('/fanfare.js', location.href));
            window.fanfare = connect(new URL('/', location.href));
            fanfare.onState(({ name }) => names.push(name));
            fanfare.topic('news', data => seen.push(data));
            </script>""";

    private static Browser browser;

    private final CountDownLatch over = new CountDownLatch(1);
    private StaticSite site = StaticSite.start(CLIENT);

    @BeforeAll
    static void startBrowser() {
        browser = Browser.start("answers");
    }

    @AfterAll
    static void stopBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void servePage() {
        site.answer("/page", 200, "text/html;charset=UTF-8", PAGE);
    }

    @AfterEach
    void stop() {
        over.countDown();
        browser.closeTabs();
        site.close();
    }

    private static void begin(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
        exchange.sendResponseHeaders(200, 0);
    }

    private static String event(int n, String data) {
        return "id: #a." + n + "\ndata: {\"topic\":\"news\",\"type\":\"message\",\"id\":\"#a." + n + "\",\"data\":\""
                + data + "\"}\n\n";
    }

    private void awaitState(String name, String reason) {
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(browser.run("return window.fanfare?.state.name")).isEqualTo(name);
            assertThat((String) browser.run("return fanfare.state.reason")).containsPattern(reason);
        });
    }

    @Test
    void anAnswerThatIsNoStreamIsToldInWords() {
        String login = "<!doctype html><title>Log in</title><form></form>";
        String problem = "{\"status\":%d,\"detail\":\"The words of the server.\"}";
        for (int status : List.of(401, 403, 404)) {
            site.answer("/events", status, "application/problem+json", problem.formatted(status));
            browser.open(site.base() + "page");
            awaitState("refused", "^The words of the server\\. \\(" + status + "\\)$");
        }
        site.answer("/events", 503, "text/html", login);
        browser.open(site.base() + "page");
        awaitState("reconnecting", "^Reconnecting in \\d+ s: The server answers 503");

        site.answer("/events", 200, "text/html", login);
        browser.open(site.base() + "page");
        awaitState("refused", "text/html, not with an event stream");

        site.answer("/login", 200, "text/html", login);
        site.answer("/events", exchange -> {
            exchange.getResponseHeaders().set("Location", "/login");
            exchange.sendResponseHeaders(302, -1);
        });
        browser.open(site.base() + "page");
        awaitState("refused", "/login answers with text/html");

        site.answer("/events", exchange -> exchange.sendResponseHeaders(204, -1));
        browser.open(site.base() + "page");
        awaitState("ended", "over");
    }

    @Test
    void halfAFrameAtACutIsNoEvent() {
        AtomicInteger connections = new AtomicInteger();
        StringBuilder asked = new StringBuilder();
        site.answer("/events", exchange -> {
            int connection = connections.incrementAndGet();
            if (connection == 2) {
                asked.append(exchange.getRequestHeaders().getFirst("Last-Event-ID"));
            }
            begin(exchange);
            OutputStream body = exchange.getResponseBody();
            String text = connection == 1
                    ? OPEN + event(1, "whole") + event(2, "half").substring(0, 60)
                    : OPEN.replace("#a.0", "#a.1") + event(2, "half");
            body.write(text.getBytes(UTF_8));
            body.flush();
            if (connection > 1) {
                hold();
            }
        });
        browser.open(site.base() + "page");

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(browser.run("return seen")).isEqualTo(List.of("whole", "half")));
        assertThat(asked).hasToString("#a.1");
    }

    @Test
    void whereLocksAndStorageAreForbiddenThePageStillStreams() {
        site.answer("/events", exchange -> {
            begin(exchange);
            exchange.getResponseBody().write((OPEN + event(1, "one")).getBytes(UTF_8));
            exchange.getResponseBody().flush();
            hold();
        });
        site.answer("/fanfare.js", exchange -> {
            exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
            exchange.getResponseHeaders().set("Content-Type", "text/javascript");
            byte[] text = java.nio.file.Files.readAllBytes(CLIENT.resolve("fanfare.js"));
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
        });
        site.answer("/page", exchange -> {
            exchange.getResponseHeaders().set("Content-Security-Policy", "sandbox allow-scripts");
            exchange.getResponseHeaders().set("Content-Type", "text/html;charset=UTF-8");
            byte[] text = PAGE.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
        });
        browser.open(site.base() + "page");

        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(browser.run("return window.seen")).isEqualTo(List.of("one")));
        assertThat(browser.run("return [storage, location.origin]"))
                .isEqualTo(List.of(false, site.base().toString().replaceFirst("/$", "")));
        assertThat(browser.run("return self.origin")).isEqualTo("null");
    }

    @Test
    void aTokenThatExpiresInMidStreamIsRenewedAndNothingIsLost() {
        AtomicInteger connections = new AtomicInteger();
        site.answer(
                "/page",
                200,
                "text/html;charset=UTF-8",
                PAGE.replace(
                        "connect(new URL('/', location.href))",
                        "connect(new URL('/', location.href), { identity: 'me', token: ({ renew }) => renew ? 'new' : 'old' })"));
        site.answer("/events", exchange -> {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            int connection = connections.incrementAndGet();
            if (connection == 1) {
                begin(exchange);
                exchange.getResponseBody().write((OPEN + event(1, "one")).getBytes(UTF_8));
            } else if (!"Bearer new".equals(authorization)) {
                exchange.sendResponseHeaders(401, -1);
            } else {
                begin(exchange);
                String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
                exchange.getResponseBody().write((OPEN.replace("#a.0", last) + event(2, "two")).getBytes(UTF_8));
                exchange.getResponseBody().flush();
                hold();
            }
        });
        browser.open(site.base() + "page");

        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(browser.run("return window.seen")).isEqualTo(List.of("one", "two")));
        assertThat(connections).hasValue(3);
        assertThat(browser.run("return names.includes('refused')")).isEqualTo(false);
    }

    /** Keeps a stream open until the test is over. */
    private void hold() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
