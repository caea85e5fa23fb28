package dev.fanfare.suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Publishers and subscribers of a server that breaks down now and then. At the end, what was answered with 200 has to be there exactly
 * once, in order, and each subscriber has to have seen each event exactly once.
 */
final class Traffic implements AutoCloseable {
    private static final String HUB = "/.well-known/mercure";
    private static final String JOINT = "/events";
    private static final String TOPIC = "crash's \u20AC 100%";
    private static final String END = "the end";
    private static final int PUBLISHERS = 4;
    private static final int SUBSCRIBERS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final int port;
    private final URI base;
    private final String padding;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Publisher> publishers;
    private final List<Subscriber> subscribers;
    private volatile boolean publishing = true;
    private volatile boolean reading = true;

    private Traffic(int port, int eventBytes) {
        this.port = port;
        this.base = URI.create("http://127.0.0.1:" + port + "/");
        this.padding = " " + "x".repeat(eventBytes);
        publishers =
                start(IntStream.range(0, PUBLISHERS).mapToObj(Publisher::new).toList());
        subscribers = start(IntStream.range(0, SUBSCRIBERS)
                .mapToObj(i -> new Subscriber(i % 2 == 0 ? TOPIC : "*", i >= 2 ? JOINT : HUB))
                .toList());
    }

    /** Traffic to a server on this port, which may not have started yet. */
    static Traffic to(int port, int eventBytes) {
        return new Traffic(port, eventBytes);
    }

    @Override
    public void close() throws InterruptedException {
        publishing = false;
        reading = false;
        for (Thread thread : threads) {
            thread.join(20_000);
        }
    }

    private <T extends Runnable> List<T> start(List<T> tasks) {
        tasks.forEach(task -> {
            Thread thread = new Thread(task, "traffic-" + threads.size());
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
                String data = name + "-" + i + padding;
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
                .timeout(Duration.ofSeconds(60))
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
        private final String path;
        private final List<EventStream.Event> seen = Collections.synchronizedList(new ArrayList<>());
        private String lastId = "";

        Subscriber(String selector, String path) {
            this.selector = selector;
            this.path = path;
        }

        boolean isDone() {
            return !seen.isEmpty() && last().data().equals(END);
        }

        private EventStream.Event last() {
            return seen.get(seen.size() - 1);
        }

        @Override
        public void run() {
            String target = path + "?topic=" + URLEncoder.encode(selector, UTF_8);
            while (reading && !isDone()) {
                EventStream stream = open(target);
                if (stream == null) {
                    pause();
                    continue;
                }
                try (stream) {
                    while (reading && !isDone()) {
                        note(stream.next());
                    }
                } catch (AssertionError cutOff) {
                    pause();
                }
            }
        }

        /** An event in an envelope counts as the event that is in it; words of the server say where the client is. */
        private void note(EventStream.Event event) {
            if (path.equals(HUB)) {
                seen.add(event);
            } else {
                JsonObject envelope = Subject.json(event.data());
                if (envelope.containsKey("topic")) {
                    seen.add(new EventStream.Event(
                            envelope.getString("type"), envelope.getString("data"), event.id(), event.retry()));
                } else {
                    assertThat(envelope.getString("type")).isEqualTo("open");
                }
            }
            lastId = event.id();
        }

        private @Nullable EventStream open(String target) {
            try {
                return lastId.isEmpty()
                        ? EventStream.open(port, target + "&lastEventID=earliest")
                        : EventStream.open(port, target, "Last-Event-ID: " + lastId);
            } catch (UncheckedIOException | AssertionError away) {
                return null;
            }
        }
    }

    /** How many publications were answered with 200. */
    long answered() {
        return publishers.stream()
                .mapToLong(publisher -> publisher.answered.size())
                .sum();
    }

    /** Waits until so many more have been answered. */
    void awaitMore(int wanted) {
        long before = answered();
        await().atMost(PATIENCE).until(() -> answered() >= before + wanted);
    }

    /**
     * Ends the publishers, lets all subscribers come to the end, and compares. The server has to be there.
     *
     * @param what is named where something differs
     * @return how many events there are
     */
    int compare(String what) throws Exception {
        publishing = false;
        for (Thread thread : threads.subList(0, PUBLISHERS)) {
            thread.join();
        }
        assertThat(publish(client(), END).statusCode()).isEqualTo(200);
        Subscriber late = new Subscriber(TOPIC, HUB);
        start(List.of(late));
        await().atMost(PATIENCE).until(late::isDone);
        await().atMost(PATIENCE).until(() -> subscribers.stream().allMatch(Subscriber::isDone));
        compare(what, late.seen);
        return late.seen.size();
    }

    private void compare(String seed, List<EventStream.Event> log) {
        List<String> data = log.stream().map(EventStream.Event::data).toList();
        assertThat(data).as(seed).doesNotHaveDuplicates();
        for (Publisher publisher : publishers) {
            List<String> stored = data.stream()
                    .filter(text -> text.startsWith(publisher.name + "-"))
                    .toList();
            assertThat(publisher.answered).as(seed).isNotEmpty();
            assertThat(stored).as(seed).containsAll(publisher.answered);
            assertThat(stored).as(seed).isSortedAccordingTo(Comparator.comparingInt(Traffic::number));
        }
        String epoch = log.get(0).id().substring(0, log.get(0).id().indexOf('.'));
        assertThat(log.stream().map(EventStream.Event::id))
                .as(seed)
                .isEqualTo(IntStream.rangeClosed(1, log.size())
                        .mapToObj(position -> epoch + "." + position)
                        .toList());
        for (Subscriber subscriber : subscribers) {
            assertThat(subscriber.seen.stream().map(EventStream.Event::data))
                    .as("%s, selector %s of %s", seed, subscriber.selector, subscriber.path)
                    .isEqualTo(data);
        }
    }

    private static int number(String data) {
        return Integer.parseInt(data.substring(data.indexOf('-') + 1, data.indexOf(' ')));
    }
}
