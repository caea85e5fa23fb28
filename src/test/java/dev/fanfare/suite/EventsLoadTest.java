package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.Event;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code /events} of the standalone server under load, over sockets. */
@Timeout(180)
class EventsLoadTest {
    private static final String HUB = "/.well-known/mercure";

    @TempDir
    Path directory;

    private final JobSource jobs = new JobSource();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private GrizzlyHost host;

    @BeforeEach
    void start() throws Exception {
        Map<String, String> settings = new HashMap<>(HttpSuite.settings(jobs));
        settings.remove("fanfare.limits.members");
        settings.put("fanfare.status.jobs.timeout", "1m"); // a slow answer is no outage
        settings.put("fanfare.history.store", "sqlite");
        settings.put("fanfare.history.path", directory.resolve("fanfare.db").toString());
        settings.put("fanfare.stream.tail-events", "64"); // most of what is missed is read from the file
        host = GrizzlyHost.start(settings);
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        host.close();
        jobs.close();
    }

    private void publish(String events) {
        RawHttp.Answer answer = RawHttp.request(
                host.port(),
                "POST",
                HUB,
                List.of("Content-Type: application/json", Tokens.header(Tokens.publisher("*"))),
                events);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private static String events(IntStream numbers, IntFunction<String> topic) {
        return numbers.mapToObj(i -> "{\"topic\":\"" + topic.apply(i) + "\",\"data\":\"" + i + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    /** Clients leave by resets in mid-stream, again and again, while events are published. */
    @Test
    void nothingIsLostOrTwiceForClientsThatBreakOffAndReconnect() throws Exception {
        int last = 6_000;
        long seed = System.nanoTime();
        jobs.set("a", "{\"n\":1}");
        List<Future<List<String>>> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Random random = new Random(seed + i);
            clients.add(threads.submit(() -> readAll(last, random)));
        }
        for (int i = 1; i < last; i += 20) {
            publish(events(IntStream.range(i, i + 20), number -> "t" + number % 3));
            jobs.set("a", "{\"n\":" + i + "}");
        }
        for (Future<List<String>> client : clients) {
            assertThat(client.get())
                    .as("seed " + seed)
                    .isEqualTo(IntStream.rangeClosed(1, last)
                            .mapToObj(String::valueOf)
                            .toList());
        }
    }

    private List<String> readAll(int last, Random random) {
        List<String> got = new ArrayList<>();
        String id = "earliest";
        while (got.size() < last) {
            EventStream stream = EventStream.open(
                    host.port(), "/events?topic=t0&topic=t%7Bn%7D&status=jobs%3Fjob%3Da", "Last-Event-ID: " + id);
            for (int left = 1 + random.nextInt(400); left > 0 && got.size() < last; left--) {
                Event event = stream.next();
                JsonObject envelope = Subject.json(event.data());
                id = event.id();
                if (envelope.containsKey("topic")) {
                    got.add(envelope.getString("data"));
                } else {
                    assertThat(envelope.getString("type")).isIn("open", "update");
                }
            }
            stream.reset();
        }
        return got;
    }

    @Test
    void aThousandMembersComeByChangesThatRaceAndGoAgain() throws Exception {
        try (EventStream stream = EventStream.open(host.port(), "/events?topic=t0")) {
            String session = Subject.json(stream.next().data()).getString("session");
            List<Callable<JsonObject>> changes = new ArrayList<>();
            for (int i = 0; i < 16; i++) { // as many as may wait
                int part = i;
                changes.add(() -> change(session, "add", part * 50, part * 50 + 50));
            }
            Set<Integer> numbers = new HashSet<>();
            for (Future<JsonObject> change : threads.invokeAll(changes)) {
                numbers.add(change.get().getInt("change"));
                assertThat(change.get().getJsonArray("added")).hasSize(50);
            }
            for (int part = 16; part < 20; part++) {
                JsonObject change = change(session, "add", part * 50, part * 50 + 50);
                numbers.add(change.getInt("change"));
                assertThat(change.getJsonArray("added")).hasSize(50);
            }
            assertThat(numbers).hasSize(20);
            assertThat(change(session, "add", 1000, 1001).getJsonArray("refused"))
                    .hasSize(1);

            publish(events(IntStream.range(0, 1000), number -> "t" + number));
            Set<String> got = new HashSet<>();
            while (got.size() < 1000) {
                JsonObject event = Subject.json(stream.next().data());
                if (event.containsKey("topic")) {
                    assertThat(event.getString("topic")).isEqualTo("t" + event.getString("data"));
                    assertThat(got.add(event.getString("data"))).isTrue();
                }
            }
            change(session, "remove", 0, 1000);
            assertThat(change(session, "add", 2000, 2001).getJsonArray("added")).hasSize(1);
            publish(events(IntStream.of(5, 6, 2000), number -> "t" + number));
            JsonObject next = Subject.json(stream.next().data());
            while (!next.containsKey("topic")) {
                next = Subject.json(stream.next().data());
            }
            assertThat(next.getString("data")).isEqualTo("2000");
        }
    }

    private JsonObject change(String session, String key, int from, int to) {
        String body = IntStream.range(from, to)
                .mapToObj(i -> "{\"topic\":\"t" + i + "\"}")
                .collect(Collectors.joining(",", "{\"" + key + "\":[", "]}"));
        RawHttp.Answer answer = RawHttp.request(
                host.port(), "PATCH", "/events/" + session, List.of("Content-Type: application/json"), body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return Subject.json(answer.body());
    }

    /** The server's own restart: a session of before is none, and ids go on. */
    @Test
    void aRestartEndsSessionsAndLosesNothing() throws Exception {
        String id;
        String session;
        try (EventStream stream = EventStream.open(host.port(), "/events?topic=a")) {
            session = Subject.json(stream.next().data()).getString("session");
            publish(events(IntStream.of(1), number -> "a"));
            id = stream.next().id();
            publish(events(IntStream.of(2), number -> "a"));
            host.close();
            assertThat(stream.toEnd()).hasSizeLessThanOrEqualTo(1);
        }
        start();
        assertThat(RawHttp.request(
                                host.port(),
                                "PATCH",
                                "/events/" + session,
                                List.of("Content-Type: application/json"),
                                "{}")
                        .status())
                .isEqualTo(404);
        try (EventStream stream = EventStream.open(host.port(), "/events?topic=a", "Last-Event-ID: " + id)) {
            assertThat(stream.next().id()).isEqualTo(id);
            assertThat(Subject.json(stream.next().data()).getString("data")).isEqualTo("2");
        }
    }
}
