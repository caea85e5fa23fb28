package dev.fanfare.joint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Selector;
import dev.fanfare.hub.HubFixture;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.hub.Rights;
import dev.fanfare.log.LogMode;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.watch.Joining;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.status.watch.WatchInfo;
import dev.fanfare.stream.Reader;
import dev.fanfare.testing.RecordingOutlet;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topics and statuses on one stream: what it costs, and what holds while members change and clients come and go. */
@Timeout(240)
class JointStreamsTest {
    private HubFixture fixture = HubFixture.resumable();
    private Statuses statuses = statuses();
    private JointStreams streams = new JointStreams(fixture.hub, fixture.loops, 1000);

    private Statuses statuses() {
        Statuses made = new Statuses(fixture.loops);
        made.registerPushed("builds", SourceSettings.builder().params("build").build());
        return made;
    }

    private void use(HubFixture other) {
        close();
        fixture = other;
        statuses = statuses();
        streams = new JointStreams(fixture.hub, fixture.loops, 1000);
    }

    @AfterEach
    void close() {
        statuses.close();
        fixture.close();
    }

    private static Map<String, List<String>> build(String name) {
        return Map.of("build", List.of(name));
    }

    private Wishes wishes(List<String> topics, List<String> builds) {
        Map<MemberName, Joining> joinings = new LinkedHashMap<>();
        for (String name : builds) {
            joinings.put(
                    MemberName.status("builds?build=" + name),
                    statuses.joining(
                            statuses.url("builds", build(name)), StreamOptions.of(statuses.settings("builds")), null));
        }
        return new Wishes(topics.stream().map(Selector::parse).toList(), joinings, List.of());
    }

    private void set(String name, int number) {
        HubFixture.join(statuses.set("builds", Map.of("build", name), JsonText.parse("{\"n\":" + number + "}")));
    }

    private RecordingOutlet open(RecordingOutlet outlet, ResumePoint start, Wishes wishes) {
        streams.open(
                () -> outlet, new JointRequest(wishes, start, Rights.PUBLIC_ONLY, Reader.UNKNOWN, null, true, "owner"));
        return outlet;
    }

    private RecordingOutlet open(List<String> topics, List<String> builds) {
        return open(new RecordingOutlet(), ResumePoint.NOW, wishes(topics, builds));
    }

    private JointStream streamOf(RecordingOutlet outlet) {
        outlet.awaitEvents(1);
        JointStream found = streams.find(json(outlet.data().get(0)).getString("session"));
        assertThat(found).isNotNull();
        return found;
    }

    private static JsonObject json(String text) {
        return JsonText.parse(text).asJsonObject();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return HubFixture.join(stage);
    }

    /** The data of events of topics, in their order. */
    private static List<String> topicData(RecordingOutlet outlet) {
        return outlet.data().stream()
                .map(JointStreamsTest::json)
                .filter(event -> event.containsKey("topic") && event.containsKey("id"))
                .map(event -> event.getString("data"))
                .toList();
    }

    @Test
    void anEventIsEncodedOnceForAllWhoCallItAlikeAndForNobodyElse() {
        use(HubFixture.of(HubFixture.SETTINGS, 2, HubFixture.memory(), LogMode.RESUMABLE, 65_536));
        fixture.join("a");
        fixture.publishNumbered(1, 100, "a");
        fixture.settle();
        assertThat(streams.envelopes().encoded()).isZero();

        set("x", 0);
        List<RecordingOutlet> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            clients.add(open(i % 2 == 0 ? List.of("a") : List.of("a", "b"), List.of("x")));
        }
        clients.forEach(client -> client.awaitEvents(2));
        fixture.publishNumbered(101, 200, "a");
        for (int i = 1; i <= 10; i++) {
            set("x", i);
        }
        clients.forEach(client -> client.awaitEvents(1 + 100 + 11));

        assertThat(streams.envelopes().encoded()).isEqualTo(100 + 11);
        assertThat(clients)
                .allSatisfy(client -> assertThat(topicData(client))
                        .isEqualTo(IntStream.rangeClosed(101, 200)
                                .mapToObj(String::valueOf)
                                .toList()));
    }

    @Test
    void whatIsKeptOfEnvelopesIsBounded() {
        long most = 64 * 1024;
        streams = new JointStreams(fixture.hub, fixture.loops, 1000, most);
        RecordingOutlet client = open(List.of("a"), List.of());
        for (int i = 0; i < 500; i++) {
            fixture.publish("x".repeat(1000), "a");
            assertThat(streams.envelopes().bytes()).isLessThanOrEqualTo(most);
        }
        client.awaitEvents(501);
        fixture.settle();
        assertThat(streams.envelopes().bytes()).isBetween(most / 2, most);
    }

    @Test
    void aClientThatTakesNothingHoldsOneStatusAndTheNewestChange() {
        List<String> builds = IntStream.range(0, 300).mapToObj(i -> "b" + i).toList();
        builds.forEach(name -> set(name, 1));
        RecordingOutlet client = open(List.of("a"), List.of());
        JointStream stream = streamOf(client);
        client.refuse();
        join(stream.change(List.of(), wishes(List.of(), builds)));
        for (int i = 0; i < 200; i++) {
            join(stream.change(
                    List.of(MemberName.topic("t" + (i - 1))),
                    new Wishes(
                            List.of(Selector.parse("t" + i)),
                            Map.of(),
                            List.of(Refusal.of(MemberName.status("no" + i), 404, "never told in the stream")))));
        }
        fixture.settle();
        assertThat(statuses.watches("builds").stream()
                        .mapToInt(WatchInfo::clients)
                        .sum())
                .isZero();
        builds.forEach(name -> set(name, 2));
        fixture.publish("old", "t0");
        fixture.publish("new", "t199");

        client.accept();

        client.awaitEvents(1 + 1 + 300 + 1);
        fixture.settle();
        List<JsonObject> events =
                client.data().stream().map(JointStreamsTest::json).toList();
        assertThat(events.get(1).toString()).isEqualTo("{\"type\":\"changed\",\"change\":201}");
        assertThat(topicData(client)).containsExactly("new");
        assertThat(events.stream().filter(event -> event.containsKey("status")))
                .hasSize(300)
                .allSatisfy(event -> {
                    assertThat(event.getString("type")).isEqualTo("update");
                    assertThat(event.getJsonObject("data").getInt("n")).isEqualTo(2);
                });
    }

    @Test
    void aSlowClientReadsHistoryAndIsToldOfWhatIsGone() {
        use(HubFixture.of(HubFixture.SETTINGS, 1, HubFixture.memory(50), LogMode.RESUMABLE, 16));
        RecordingOutlet client = open(List.of("a"), List.of());
        client.awaitEvents(1);
        client.refuse();
        fixture.publishNumbered(1, 40, "a");
        client.accept();
        client.awaitEvents(41);
        client.refuse();
        fixture.publishNumbered(41, 200, "a");
        client.accept();
        client.awaitText("\"data\":\"200\"");

        long next = 1;
        int gaps = 0;
        for (String data : client.data().subList(1, client.data().size())) {
            JsonObject event = json(data);
            if (event.getString("type").equals("gap")) {
                String after = event.getJsonObject("data").getString("resumedAfter");
                assertThat(event.getJsonObject("data").getString("requested")).endsWith("." + (next - 1));
                next = Long.parseLong(after.substring(after.indexOf('.') + 1)) + 1;
                gaps++;
            } else {
                assertThat(event.getString("data")).isEqualTo("" + next++);
            }
        }
        assertThat(next).isEqualTo(201);
        assertThat(gaps).isPositive();
    }

    @Test
    void topicsComeInOneOrderAndOnceHoweverManyMembersSelectThem() {
        RecordingOutlet client = open(List.of("a", "b", "{x}", "*"), List.of());
        client.awaitEvents(1);
        for (int i = 0; i < 100; i++) {
            fixture.publish("" + i, i % 2 == 0 ? "a" : "b", "b");
        }
        client.awaitEvents(101);
        fixture.settle();
        assertThat(topicData(client))
                .isEqualTo(IntStream.range(0, 100).mapToObj(String::valueOf).toList());
    }

    /**
     * Random changes while events of 12 topics are published, each numbered by its topic, and the client takes now much, now
     * nothing. Between the changes that the stream tells, exactly the members' events come, without a hole.
     */
    @Test
    void eachChangeHoldsFromItsPlaceInTheStreamOn() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        use(HubFixture.of(HubFixture.SETTINGS, 1, HubFixture.memory(), LogMode.RESUMABLE, 64));
        RecordingOutlet client = open(List.of("t0"), List.of());
        JointStream stream = streamOf(client);
        Thread publisher = new Thread(() -> {
            for (int i = 0; i < 6000; i++) {
                fixture.publish("" + i / 12, "t" + i % 12);
            }
        });
        publisher.start();
        Map<Long, Map<String, Boolean>> changes = new HashMap<>();
        while (publisher.isAlive()) {
            Map<String, Boolean> wanted = new HashMap<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                wanted.put("t" + random.nextInt(12), random.nextBoolean());
            }
            List<String> add = wanted.keySet().stream().filter(wanted::get).toList();
            List<MemberName> remove = wanted.keySet().stream()
                    .filter(topic -> !wanted.get(topic))
                    .map(MemberName::topic)
                    .toList();
            changes.put(join(stream.change(remove, wishes(add, List.of()))).number(), wanted);
            client.room(random.nextInt(3) == 0 ? random.nextInt(2000) : Long.MAX_VALUE);
        }
        publisher.join();
        long last = join(stream.change(List.of(), wishes(List.of("end"), List.of())))
                .number();
        fixture.publish("end", "end");
        client.accept();
        client.awaitText("\"data\":\"end\"");

        Set<String> members = new HashSet<>(Set.of("t0"));
        Map<String, Integer> next = new HashMap<>();
        long told = 0;
        for (String data : client.data()) {
            JsonObject event = json(data);
            if (event.getString("type").equals("changed")) {
                for (long change = told + 1; change <= event.getInt("change"); change++) {
                    changes.getOrDefault(change, Map.of()).forEach((topic, added) -> {
                        boolean isNew = added ? members.add(topic) : members.remove(topic);
                        if (isNew) {
                            next.remove(topic);
                        }
                    });
                }
                told = event.getInt("change");
            } else if (event.containsKey("topic") && !event.getString("topic").equals("end")) {
                String topic = event.getString("topic");
                int number = Integer.parseInt(event.getString("data"));
                assertThat(members).as("seed %d, %s", seed, event).contains(topic);
                Integer expected = next.put(topic, number + 1);
                if (expected != null) {
                    assertThat(number).as("seed %d, %s", seed, event).isEqualTo(expected);
                }
            }
        }
        assertThat(told).isEqualTo(last);
        members.forEach(topic -> assertThat(next.getOrDefault(topic, 500))
                .as("seed %d, the newest of %s", seed, topic)
                .isEqualTo(500));
    }

    /** The connection breaks at random bytes, in the middle of an event as well, while both members go on. */
    @Test
    void nothingOfTopicsIsLostOrTwiceHoweverOftenTheConnectionBreaks() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        use(HubFixture.of(HubFixture.SETTINGS, 2, HubFixture.memory(), LogMode.RESUMABLE, 128));
        set("x", 0);
        Thread publisher = new Thread(() -> {
            for (int i = 1; i <= 5000; i++) {
                fixture.publish("" + i, i % 3 == 0 ? "a" : "b/" + i % 3);
                if (i % 50 == 0) {
                    set("x", i);
                }
            }
        });
        List<String> got = new ArrayList<>();
        ResumePoint start = ResumePoint.after(0);
        publisher.start();
        int connections = 0;
        while (got.size() < 5000) {
            RecordingOutlet outlet = new RecordingOutlet();
            open(outlet.room(50 + random.nextInt(20_000)), start, wishes(List.of("a", "b/{n}"), List.of("x")));
            connections++;
            int before = got.size();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> outlet.pendingBytes() > 0
                            || outlet.hasRefused()
                            || before + topicData(outlet).size() >= 5000);
            outlet.leave();
            outlet.awaitClosed();
            got.addAll(topicData(outlet));
            String id = outlet.lastEventId();
            if (!id.isEmpty()) { // else it broke in the first event
                start = join(fixture.hub.locate(id));
            }
            assertThat(outlet.data().stream().map(JointStreamsTest::json).filter(event -> event.containsKey("status")))
                    .as("seed %d", seed)
                    .allSatisfy(event -> assertThat(event.getString("type")).isEqualTo("update"));
        }
        publisher.join();
        assertThat(got)
                .as("seed %d", seed)
                .isEqualTo(
                        IntStream.rangeClosed(1, 5000).mapToObj(String::valueOf).toList());
        assertThat(connections).isGreaterThan(10);
        await().untilAsserted(() -> assertThat(streams.sessions()).isEmpty());
    }

    @Test
    void changesWaitForTheLoopWithinABoundAndTheNextOnesAreTakenLater() throws InterruptedException {
        JointStream stream = streamOf(open(List.of("a"), List.of()));
        CountDownLatch goesOn = new CountDownLatch(1);
        for (int i = 0; i < fixture.loops.count(); i++) {
            CountDownLatch held = new CountDownLatch(1);
            fixture.loops.loop(i).execute(() -> {
                held.countDown();
                try {
                    goesOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            held.await();
        }
        List<CompletionStage<Changed>> changes = new ArrayList<>();
        for (int i = 0; i < JointStream.MOST_WAITING; i++) {
            changes.add(stream.change(List.of(), wishes(List.of("t" + i), List.of())));
        }

        assertThat(stream.change(List.of(), wishes(List.of("more"), List.of())).toCompletableFuture())
                .isCompletedExceptionally()
                .failsWithin(RecordingOutlet.DEADLINE)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(TooManyChanges.class);
        goesOn.countDown();
        for (int i = 0; i < changes.size(); i++) {
            assertThat(join(changes.get(i)).added()).containsExactly(MemberName.topic("t" + i));
        }
        assertThat(join(stream.change(List.of(), wishes(List.of("more"), List.of())))
                        .added())
                .containsExactly(MemberName.topic("more"));
    }

    @Test
    void aStreamThatHasEndedCantBeChangedAndIsForgotten() {
        RecordingOutlet client = open(List.of("a"), List.of());
        JointStream stream = streamOf(client);
        client.leave();
        client.awaitClosed();
        assertThat(stream.change(List.of(), wishes(List.of("b"), List.of())).toCompletableFuture())
                .failsWithin(RecordingOutlet.DEADLINE);
        fixture.settle();
        assertThat(streams.sessions()).isEmpty();
        assertThat(fixture.hub.channels()).isZero();
    }

    @Test
    void aRefusalThatWasNotToldIsForgottenWhenItsMemberIsAddedAgain() {
        set("x", 1);
        MemberName name = MemberName.status("builds?build=x");
        RecordingOutlet client = new RecordingOutlet().refuse();
        open(client, ResumePoint.NOW, new Wishes(List.of(), Map.of(), List.of(Refusal.of(name, 503, "for now"))));
        fixture.settle();
        JointStream stream = streams.find(streams.sessions().iterator().next());
        assertThat(stream).isNotNull();
        join(stream.change(List.of(), wishes(List.of(), List.of("x"))));
        client.accept();
        client.awaitEvents(3);
        fixture.settle();
        assertThat(client.data())
                .extracting(data -> json(data).getString("type"))
                .containsExactly("open", "changed", "update");
    }

    /** Each event is compared with all templates of a stream, so there can't be many. */
    @Test
    void templatesOfAStreamAreBoundedAndTheOthersStay() {
        List<String> templates =
                IntStream.range(0, 60).mapToObj(i -> "t" + i + "/{a,b}").toList();
        List<String> wanted = new ArrayList<>(templates);
        wanted.add("exact");
        RecordingOutlet client = open(wanted, List.of());
        client.awaitEvents(1 + 10);
        fixture.settle();
        assertThat(client.data().subList(1, 11))
                .extracting(data -> json(data).getString("topic"))
                .isEqualTo(templates.subList(50, 60));
        JointStream stream = streamOf(client);
        assertThat(join(stream.change(List.of(), wishes(List.of("{x}", "other"), List.of())))
                        .refused())
                .extracting(refusal -> refusal.name().text())
                .containsExactly("{x}");
        assertThat(join(stream.change(List.of(MemberName.topic("t0/{a,b}")), wishes(List.of("{x}"), List.of())))
                        .refused())
                .isEmpty();
        fixture.publish("1", "exact");
        fixture.publish("2", "other");
        fixture.publish("3", "t1/5,6");
        client.awaitText("\"data\":\"3\"");
        assertThat(topicData(client)).containsExactly("1", "2", "3");
    }

    /** Both members of a stream lie in one shard, which is in the midst of its run when they go. */
    @Test
    void aStatusUnderTwoNamesEndsUnderBothInAllStreams() {
        set("x", 1);
        List<RecordingOutlet> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Map<MemberName, Joining> twice = new LinkedHashMap<>();
            wishes(List.of(), List.of("x")).statuses().forEach((name, joining) -> twice.put(name, joining));
            wishes(List.of(), List.of("x"))
                    .statuses()
                    .forEach((name, joining) -> twice.put(MemberName.status("the same"), joining));
            clients.add(open(new RecordingOutlet(), ResumePoint.NOW, new Wishes(List.of(), twice, List.of())));
        }
        clients.forEach(client -> client.awaitEvents(3));
        fixture.settle();
        HubFixture.join(statuses.end("builds", Map.of("build", "x")));
        clients.forEach(client -> client.awaitEvents(5));
        fixture.settle();
        assertThat(clients).allSatisfy(client -> {
            assertThat(client.isClosed()).isFalse();
            assertThat(client.data().subList(3, 5))
                    .allSatisfy(data -> assertThat(json(data).getString("type")).isEqualTo("end"))
                    .extracting(data -> json(data).getString("status"))
                    .containsExactlyInAnyOrder("the same", "builds?build=x");
        });
        assertThat(statuses.watches("builds")).extracting(WatchInfo::clients).containsExactly(0);
    }

    @Test
    void aWatchIsLeftWithItsMember() {
        set("x", 1);
        RecordingOutlet client = open(List.of(), Arrays.asList("x", "y"));
        JointStream stream = streamOf(client);
        client.awaitEvents(2);
        fixture.settle();
        assertThat(statuses.watches("builds")).extracting(WatchInfo::clients).containsExactly(1, 1);
        join(stream.change(List.of(MemberName.status("builds?build=x")), wishes(List.of(), List.of())));
        assertThat(statuses.watches("builds")).extracting(WatchInfo::clients).containsExactly(0, 1);
        client.leave();
        client.awaitClosed();
        fixture.settle();
        assertThat(statuses.watches("builds")).extracting(WatchInfo::clients).containsExactly(0, 0);
    }
}
