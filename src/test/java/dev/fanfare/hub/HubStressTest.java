package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.history.NoHistory;
import dev.fanfare.log.Follower;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.LogMode;
import dev.fanfare.log.Page;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.testing.ForwardingHistory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/**
 * Many publish, many come, stall, go and come again; each has to get exactly what follows its start, in the order of the log.
 * What the log is, its history says in the end.
 */
@Timeout(240)
class HubStressTest {
    private static final int PUBLISHERS = 3;
    private static final int EVENTS_EACH = 2500;
    private static final int SUBSCRIBERS = 24;
    private static final String[] TOPICS = {"a", "b", "c", "d"};

    private final long seed = System.nanoTime();
    private final AtomicBoolean published = new AtomicBoolean();

    /** What one client got, over all its connections. */
    private record Got(String[] selectors, long after, List<String> data) {}

    @RepeatedTest(3)
    void eachGetsExactlyWhatFollowsItsStart() throws Exception {
        try (HubFixture fixture = of(HubFixture.memory(), LogMode.RESUMABLE, 64)) {
            run(fixture);
        }
    }

    @RepeatedTest(2)
    void eachGetsExactlyWhatFollowsItsStartFromATailThatHoldsAll() throws Exception {
        try (HubFixture fixture = of(HubFixture.memory(), LogMode.RESUMABLE, 65_536)) {
            run(fixture);
        }
    }

    @RepeatedTest(3)
    void eachGetsExactlyWhatFollowsItsStartThoughTheHistoryAnswersLateAndOutOfOrder() throws Exception {
        ExecutorService late = Executors.newFixedThreadPool(3);
        try (HubFixture fixture = of(new LateHistory(HubFixture.memory(), late), LogMode.RESUMABLE, 64)) {
            run(fixture);
        } finally {
            late.shutdownNow();
        }
    }

    @RepeatedTest(2)
    void inLiveModeEachGetsAllFromItsFirstEventOn() throws Exception {
        try (HubFixture fixture = of(new NoHistory(), LogMode.LIVE, 65_536)) {
            Client witness = fixture.join("*");
            ExecutorService threads = Executors.newCachedThreadPool();
            try {
                List<Future<?>> publishing = publish(fixture, threads);
                List<Client> clients = new ArrayList<>();
                for (int i = 0; i < SUBSCRIBERS; i++) {
                    clients.add(fixture.join(i % 2 == 0 ? new String[] {"*"} : TOPICS));
                    clients.get(i).outlet().room(i * 1000L);
                    Thread.yield();
                }
                for (Future<?> publisher : publishing) {
                    publisher.get();
                }
                fixture.publish("end", "a");
                witness.outlet().awaitText("data: end\n");
                List<String> log = witness.outlet().data();
                assertThat(log).hasSize(PUBLISHERS * EVENTS_EACH + 1);
                for (Client client : clients) {
                    client.outlet().accept();
                    client.outlet().awaitText("data: end\n");
                    List<String> data = client.outlet().data();
                    assertThat(data).isEqualTo(log.subList(log.size() - data.size(), log.size()));
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    /** The heartbeat is short, and nobody is closed for being slow. */
    private static HubFixture of(History history, LogMode mode, int tailEvents) {
        StreamSettings d = StreamSettings.DEFAULTS;
        StreamSettings settings = new StreamSettings(
                Duration.ofMillis(100),
                d.retry(),
                tailEvents,
                d.tailBytes(),
                d.pinnedBytes(),
                d.sendBufferBytes(),
                Duration.ofHours(1),
                Duration.ofDays(1));
        return HubFixture.of(settings, 2, history, mode, tailEvents);
    }

    private void run(HubFixture fixture) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<Got>> subscribing = new ArrayList<>();
            for (int i = 0; i < SUBSCRIBERS; i++) {
                Random random = new Random(seed + i);
                subscribing.add(threads.submit(() -> subscribe(fixture, random)));
            }
            for (Future<?> publisher : publish(fixture, threads)) {
                publisher.get();
            }
            published.set(true);
            List<LogEntry> log = new ArrayList<>();
            while (log.size() < PUBLISHERS * EVENTS_EACH) {
                log.addAll(HubFixture.join(fixture.history.read(log.size(), Set.of(Selector.parse("*")), 10_000))
                        .events());
            }
            for (Future<Got> subscriber : subscribing) {
                Got got = subscriber.get();
                assertSame(expected(log, got), got);
            }
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
        fixture.settle();
        assertThat(fixture.loops.pinnedBytes()).isZero();
        assertThat(fixture.hub.channels()).isZero();
        assertThat(HubTest.listedPositions(fixture)).isZero();
    }

    /** Thousands of lines would tell less than where they begin to differ. */
    private void assertSame(List<String> expected, Got got) {
        int same = 0;
        int both = Math.min(expected.size(), got.data().size());
        while (same < both && expected.get(same).equals(got.data().get(same))) {
            same++;
        }
        assertThat(got.data().subList(same, Math.min(same + 5, got.data().size())))
                .as(
                        "seed %d, selectors %s, after %d; %d of %d, the first %d as expected",
                        seed,
                        Arrays.toString(got.selectors()),
                        got.after(),
                        got.data().size(),
                        expected.size(),
                        same)
                .isEqualTo(expected.subList(same, Math.min(same + 5, expected.size())));
        assertThat(got.data()).hasSameSizeAs(expected);
    }

    private static List<String> expected(List<LogEntry> log, Got got) {
        List<Selector> selectors =
                Arrays.stream(got.selectors()).map(Selector::parse).toList();
        return log.stream()
                .filter(logged -> logged.position() > got.after())
                .map(LogEntry::event)
                .filter(event ->
                        selectors.stream().anyMatch(s -> event.topics().stream().anyMatch(s::matches)))
                .map(event -> String.valueOf(event.data()))
                .filter(data -> !data.equals("end"))
                .toList();
    }

    private List<Future<?>> publish(HubFixture fixture, ExecutorService threads) {
        List<Future<?>> publishing = new ArrayList<>();
        for (int p = 0; p < PUBLISHERS; p++) {
            int publisher = p;
            Random random = new Random(seed - p - 1);
            publishing.add(threads.submit(() -> {
                for (int i = 0; i < EVENTS_EACH; i++) {
                    Event.Builder event = Event.builder()
                            .data(publisher + "-" + i)
                            .topic(TOPICS[random.nextInt(TOPICS.length)])
                            .topic(TOPICS[random.nextInt(TOPICS.length)]);
                    if (random.nextInt(5) == 0) {
                        event.id("id-" + publisher + "-" + i);
                    }
                    CompletionStage<EventId> stage = fixture.hub.publish(event.build());
                    if (random.nextInt(3) == 0) {
                        HubFixture.join(stage);
                    }
                    if (publisher == 0 && i % 10 == 0) {
                        fixture.ticker.advance(Duration.ofMillis(30));
                    }
                }
            }));
        }
        return publishing;
    }

    /** Comes, reads now and then, goes and comes again; in the end stays until it has all. */
    private Got subscribe(HubFixture fixture, Random random) {
        String[] selectors = random.nextInt(4) == 0
                ? new String[] {"*", "a"}
                : random.ints(1 + random.nextInt(3), 0, TOPICS.length)
                        .mapToObj(topic -> TOPICS[topic])
                        .toArray(String[]::new);
        Client first = fixture.join(selectors);
        first.outlet().awaitText("\nid: #"); // of its opening
        String cursor = first.outlet()
                .text()
                .lines()
                .filter(line -> line.startsWith("id: "))
                .findFirst()
                .orElseThrow();
        long after = Long.parseLong(cursor.substring(cursor.lastIndexOf('.') + 1));
        String lastId = first.outlet().lastEventId();
        List<String> data = new ArrayList<>();
        Client client = first;
        boolean last;
        do {
            last = published.get();
            for (int i = random.nextInt(30); i > 0; i--) {
                client.outlet().room(random.nextInt(3000));
                Thread.yield();
            }
            client.outlet().accept();
            if (last) {
                fixture.publish("end", selectors[0].equals("*") ? "a" : selectors[0]);
                client.outlet().awaitText("data: end\n");
            }
            client.outlet().leave();
            client.awaitClosed();
            data.addAll(client.outlet().data());
            if (!last) {
                // One that got nothing comes again with the id that it came with.
                String id = client.outlet().lastEventId();
                lastId = id.isEmpty() ? lastId : id;
                client = fixture.resume(lastId, selectors);
                client.outlet().awaitOpen();
            }
        } while (!last);
        data.removeIf("end"::equals);
        return new Got(selectors, after, data);
    }

    /** Tells what it has done some time later, in other threads and not in order. */
    private static final class LateHistory extends ForwardingHistory {
        private final ExecutorService threads;
        private volatile Follower follower = Follower.NONE;

        LateHistory(History history, ExecutorService threads) {
            super(history);
            this.threads = threads;
        }

        private <T> CompletionStage<T> later(CompletionStage<T> stage) {
            return later(stage, outcome -> {});
        }

        private <T> CompletionStage<T> later(CompletionStage<T> stage, Consumer<T> before) {
            CompletableFuture<T> told = new CompletableFuture<>();
            threads.execute(() -> {
                for (long spins = System.nanoTime() % 7; spins > 0; spins--) {
                    Thread.yield();
                }
                T outcome = stage.toCompletableFuture().join();
                before.accept(outcome);
                told.complete(outcome);
            });
            return told;
        }

        @Override
        public void follow(Follower next) {
            follower = follower.and(next);
        }

        @Override
        public CompletionStage<Long> append(List<Event> events) {
            return later(super.append(events), first -> follower.events(first - 1, first, events));
        }

        @Override
        public CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
            return later(super.read(after, selectors, maxEvents));
        }

        @Override
        public CompletionStage<OptionalLong> find(EventId id, Predicate<Event> known) {
            return later(super.find(id, known));
        }

        @Override
        public CompletionStage<Optional<LogEntry>> last(Topic topic) {
            return later(super.last(topic));
        }
    }
}
