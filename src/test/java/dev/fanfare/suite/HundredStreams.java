package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.StallingProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A hundred streams of one page, over HTTP/2 through a proxy, in a browser. */
final class HundredStreams {
    private static final Duration LONG = Duration.ofSeconds(120);
    private static final int STREAMS = 100;
    private static final Map<String, String> SETTINGS =
            Map.of("fanfare.dev", "true", "fanfare.history.store", "sqlite", "fanfare.stream.retry", "500ms");

    /** Opens a hundred streams at once, and notes what each of them gets. */
    private static final String OPEN = """
            window.sources = []; window.got = []; window.opened = 0; window.broken = 0;
            for (let i = 0; i < 100; i++) {
              const source = new EventSource('/.well-known/mercure?topic=news'), mine = [];
              source.onopen = () => opened++;
              source.onerror = () => broken++;
              source.onmessage = event => mine.push(Number(event.data));
              sources.push(source);
              got.push(mine);
            }
            """;

    /** A page that a browser has opened. */
    interface Page {
        void run(String script);

        /** Waits until an expression has this value, as JSON. */
        void awaitValue(String expression, String json);
    }

    private HundredStreams() {}

    /** @param spare how many connections the browser may make that it does not use */
    static void shareOneConnectionAndLoseNothingWhenTheServerIsKilled(
            String browser, int spare, String proxyName, Function<String, Page> open) throws Exception {
        Path directory = ChildProcess.directory(browser + "-" + proxyName + "-server");
        int port = ChildProcess.freePort();
        JarHost host = JarHost.start(directory, port, SETTINGS);
        try (Http2Proxy proxy =
                        Http2Proxy.start(proxyName, ChildProcess.directory(browser + "-" + proxyName), List.of(port));
                StallingProxy counted = new StallingProxy(proxy.port())) {
            Page page = open.apply("https://localhost:" + counted.port() + "/health/live");
            page.run(OPEN);
            page.awaitValue("opened", String.valueOf(STREAMS));
            publish(host, 1, 3);
            awaitAllStreamsHave(page, 3);
            assertThat(counted.connections())
                    .as("connections for %s streams", STREAMS)
                    .isBetween(1, 1 + spare);

            host.child().process().destroyForcibly();
            assertThat(host.child().exited(LONG)).isTrue();
            host.close();
            page.awaitValue("broken >= 100", "true");
            host = JarHost.start(directory, port, SETTINGS);
            publish(host, 4, 6);

            awaitAllStreamsHave(page, 6);
            page.awaitValue("sources.filter(({ readyState }) => readyState === 1).length", "100");
            page.awaitValue("performance.getEntriesByType('navigation')[0].nextHopProtocol", "\"h2\"");
            page.run("sources.forEach(source => source.close())");
        } finally {
            host.close();
        }
    }

    private static void awaitAllStreamsHave(Page page, int last) {
        String all = IntStream.rangeClosed(1, last).mapToObj(Integer::toString).collect(Collectors.joining(","));
        page.awaitValue(
                "got.reduce((counts, each) => ({ ...counts, [each]: (counts[each] ?? 0) + 1 }), {})",
                "{\"" + all + "\":100}");
    }

    /** Publishes numbers to the topic news. */
    static void publish(JarHost host, int from, int to) {
        String lines = IntStream.rangeClosed(from, to)
                .mapToObj(n -> "{\"topic\":\"news\",\"data\":\"" + n + "\"}\n")
                .collect(Collectors.joining());
        RawHttp.Answer answer = RawHttp.request(
                host.port(), "POST", "/.well-known/mercure", List.of("Content-Type: application/x-ndjson"), lines);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }
}
