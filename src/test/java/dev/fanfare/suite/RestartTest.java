package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.End;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The standalone server stops and comes back. */
class RestartTest {
    private static final int COUNT = 200;

    private final JobSource jobs = new JobSource();
    private final Map<String, String> settings = new HashMap<>(HttpSuite.settings(jobs));
    private GrizzlyHost host;

    private void start() throws IOException {
        settings.put("fanfare.demo.count", String.valueOf(COUNT));
        // Longer than the server is away: Jersey's reader gives up where nobody answers.
        settings.put("fanfare.demo.retry", "20s");
        settings.put("fanfare.status.jobs.timeout", "60s");
        settings.putIfAbsent("fanfare.http.port", String.valueOf(ChildProcess.freePort()));
        host = GrizzlyHost.start(settings);
    }

    @AfterEach
    void stop() {
        host.close();
        jobs.close();
    }

    @Test
    void endsItsStreamsInGoodOrder() throws IOException {
        start();
        jobs.set("a", "{\"progress\":1}");
        List<EventStream> streams = List.of(
                EventStream.open(host.port(), "/stream"),
                EventStream.open(host.port(), "/prices"),
                EventStream.open(host.port(), "/status/jobs/stream?job=a"));
        streams.forEach(EventStream::next);
        long begin = System.nanoTime();

        host.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        assertThat(streams).allSatisfy(stream -> assertThat(stream.awaitEnd()).isEqualTo(End.COMPLETE));
        streams.forEach(EventStream::close);
    }

    @Test
    void leavesNoThreadBehind() throws IOException {
        var before = Thread.getAllStackTraces().keySet();
        start();
        jobs.set("a", "{\"progress\":1}");
        try (EventStream counter = EventStream.open(host.port(), "/stream");
                EventStream prices = EventStream.open(host.port(), "/prices");
                EventStream status = EventStream.open(host.port(), "/status/jobs/stream?job=a")) {
            List.of(counter, prices, status).forEach(EventStream::next);
            host.close();
        }

        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !before.contains(thread))
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("fanfare-") || name.startsWith("grizzly"))
                        .collect(Collectors.toSet()))
                .isEmpty());
    }

    @Test
    void javaReadersComeAgainAndGoOnWhereTheyWere() throws IOException {
        settings.put("fanfare.demo.delay", "100ms"); // it counts for much longer than it takes to stop the server
        start();
        try (JavaReader reader = JavaReader.open(host, "stream")) {
            await().until(() -> reader.events().size() >= 5);
            host.close();
            assertThat(reader.events()).hasSizeLessThan(COUNT);

            settings.put("fanfare.demo.delay", "1ms");
            start();

            await().atMost(Duration.ofSeconds(120)).until(() -> reader.events().size() > COUNT);
            assertThat(reader.events())
                    .extracting(JavaReader.Event::id)
                    .isEqualTo(IntStream.rangeClosed(1, COUNT + 1)
                            .mapToObj(String::valueOf)
                            .toList());
            assertThat(reader.errors()).isEmpty();
        }
    }

    @Test
    void theIdOfAStatusMeansTheSameAfterwards() throws IOException {
        start();
        jobs.set("a", "{\"progress\":1}");
        String id;
        try (EventStream stream = EventStream.open(host.port(), "/status/jobs/stream?job=a")) {
            id = stream.next().id();
        }
        host.close();

        start();

        try (EventStream stream = EventStream.open(host.port(), "/status/jobs/stream?job=a", "Last-Event-ID: " + id)) {
            stream.awaitComments(3);
            assertThat(stream.untaken()).isEmpty();
            jobs.set("a", "{\"progress\":2}");
            assertThat(stream.next().data()).contains("2");
        }
    }
}
