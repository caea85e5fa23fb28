package dev.fanfare.suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.server.Main;
import dev.fanfare.testing.EventStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The standalone server is killed (SIGKILL) at random moments while publishers publish, and started again in the same place.
 * What was answered with 200 is there exactly once, in order, and subscribers who come again see each event exactly once.
 */
class CrashTest {
    private static final String HUB = "/.well-known/mercure";
    private static final String TOPIC = "crash's \u20AC 100%";
    private static final String END = "the end";
    private static final int PUBLISHERS = 4;
    private static final int SUBSCRIBERS = 4;

    private final Path directory = ChildProcess.directory("crash");
    private final int port = ChildProcess.freePort();
    private final URI base = URI.create("http://127.0.0.1:" + port + "/");
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean publishing = true;
    private volatile boolean reading = true;

    private ChildProcess start() {
        List<String> arguments = new ArrayList<>(ChildProcess.systemProperties(Map.of(
                "fanfare.history.store", "sqlite",
                "fanfare.demo.enabled", "false",
                "fanfare.stream.heartbeat", "200ms",
                "org.sqlite.tmpdir", directory.toString())));
        arguments.addAll(List.of("-cp", classPath(), Main.class.getName(), "--dev", "--port", "" + port));
        return ChildProcess.java(directory, arguments).awaitReady(base);
    }

    /** Relative entries would mean something else in the directory of the child. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator)))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    @AfterEach
    void endThreads() throws InterruptedException {
        publishing = false;
        reading = false;
        for (Thread thread : threads) {
            thread.join(20_000);
        }
    }

    private <T extends Runnable> List<T> start(List<T> tasks) {
        tasks.forEach(task -> {
            Thread thread = new Thread(task, "crash-" + threads.size());
            threads.add(thread);
            thread.start();
        });
        return tasks;
    }

    /** Publishes one event after the other; after one whose answer it did not get, the next one. */
    private final class Publisher implements Runnable {
        private final HttpClient client = client();
        private final String name;
        private final List<String> answered = Collections.synchronizedList(new ArrayList<>());

        Publisher(int number) {
            name = "p" + number;
        }

        @Override
        public void run() {
            for (int i = 0; publishing; i++) {
                String data = name + "-" + i;
                try {
                    HttpResponse<String> answer = publish(client, data);
                    if (answer.statusCode() == 200) {
                        answered.add(data);
                    }
                } catch (IOException e) { // the server is away: what became of the event is open
                    pause();
                }
            }
        }
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private HttpResponse<String> publish(HttpClient client, String data) throws IOException {
        String form = "topic=" + URLEncoder.encode(TOPIC, UTF_8) + "&data=" + URLEncoder.encode(data, UTF_8);
        HttpRequest request = HttpRequest.newBuilder(base.resolve(HUB))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Comes again with its last id whenever it is cut off, as an EventSource does, until it has seen the end. */
    private final class Subscriber implements Runnable {
        private final String selector;
        private final List<EventStream.Event> seen = Collections.synchronizedList(new ArrayList<>());

        Subscriber(String selector) {
            this.selector = selector;
        }

        boolean isDone() {
            return !seen.isEmpty() && last().data().equals(END);
        }

        private EventStream.Event last() {
            return seen.get(seen.size() - 1);
        }

        @Override
        public void run() {
            String target = HUB + "?topic=" + URLEncoder.encode(selector, UTF_8);
            while (reading && !isDone()) {
                EventStream stream = open(target);
                if (stream == null) {
                    pause();
                    continue;
                }
                try (stream) {
                    while (reading && !isDone()) {
                        seen.add(stream.next());
                    }
                } catch (AssertionError cutOff) {
                    pause();
                }
            }
        }

        private @Nullable EventStream open(String target) {
            try {
                return seen.isEmpty()
                        ? EventStream.open(port, target + "&lastEventID=earliest")
                        : EventStream.open(port, target, "Last-Event-ID: " + last().id());
            } catch (UncheckedIOException | AssertionError away) {
                return null;
            }
        }
    }

    /** Three times; as often as the system property says in the profile {@code stress}. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void whatWasAnsweredSurvivesKills() throws Exception {
        killAndCompare(Integer.getInteger("test.kills", 3));
    }

    private void killAndCompare(int kills) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Publisher> publishers =
                start(IntStream.range(0, PUBLISHERS).mapToObj(Publisher::new).toList());
        List<Subscriber> subscribers = start(IntStream.range(0, SUBSCRIBERS)
                .mapToObj(i -> new Subscriber(i % 2 == 0 ? TOPIC : "*"))
                .toList());
        for (int kill = 0; kill < kills; kill++) {
            ChildProcess server = start();
            long before = answered(publishers);
            int wanted = 1 + random.nextInt(300);
            await().atMost(Duration.ofMinutes(1)).until(() -> answered(publishers) >= before + wanted);
            server.process().destroyForcibly();
            assertThat(server.exited(Duration.ofSeconds(20))).isTrue();
            server.close();
        }
        try (ChildProcess server = start()) {
            publishing = false;
            for (Thread thread : threads.subList(0, PUBLISHERS)) {
                thread.join();
            }
            assertThat(publish(client(), END).statusCode()).isEqualTo(200);
            Subscriber late = new Subscriber(TOPIC);
            start(List.of(late));
            await().atMost(Duration.ofMinutes(1)).until(late::isDone);
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> subscribers.stream().allMatch(Subscriber::isDone));
            compare("seed " + seed, publishers, subscribers, late.seen);
        }
    }

    private static long answered(List<Publisher> publishers) {
        return publishers.stream()
                .mapToLong(publisher -> publisher.answered.size())
                .sum();
    }

    private static void compare(
            String seed, List<Publisher> publishers, List<Subscriber> subscribers, List<EventStream.Event> log) {
        List<String> data = log.stream().map(EventStream.Event::data).toList();
        assertThat(data).as(seed).doesNotHaveDuplicates();
        for (Publisher publisher : publishers) {
            List<String> stored = data.stream()
                    .filter(text -> text.startsWith(publisher.name + "-"))
                    .toList();
            assertThat(publisher.answered).as(seed).isNotEmpty();
            assertThat(stored).as(seed).containsAll(publisher.answered);
            assertThat(stored).as(seed).isSortedAccordingTo(Comparator.comparingInt(CrashTest::number));
        }
        String epoch = log.get(0).id().substring(0, log.get(0).id().indexOf('.'));
        assertThat(log.stream().map(EventStream.Event::id))
                .as(seed)
                .isEqualTo(IntStream.rangeClosed(1, log.size())
                        .mapToObj(position -> epoch + "." + position)
                        .toList());
        for (Subscriber subscriber : subscribers) {
            assertThat(subscriber.seen.stream().map(EventStream.Event::data))
                    .as("%s, selector %s", seed, subscriber.selector)
                    .isEqualTo(data);
        }
    }

    private static int number(String data) {
        return Integer.parseInt(data.substring(data.indexOf('-') + 1));
    }
}
