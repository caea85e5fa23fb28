package dev.fanfare.hub;

import static dev.fanfare.hub.HubFixture.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.log.LogMode;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.WriterLoop;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Publishing, and who gets what. */
@Timeout(240)
class HubTest {
    private final ScriptedHistory history = new ScriptedHistory(HubFixture.memory());
    private final HubFixture fixture = HubFixture.of(HubFixture.SETTINGS, 2, history, LogMode.RESUMABLE, 65_536);
    private final Hub hub = fixture.hub;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aSubscriberGetsWhatIsPublishedToItsTopic() {
        Client client = fixture.join("a");
        EventId id = fixture.publish(
                Event.builder().topic("a").type("greeting").data("hello").build());
        fixture.publish("other", "b");
        fixture.settle();
        assertThat(client.events()).containsExactly(new Received(id.value(), "greeting", "hello"));
    }

    @Test
    void allSubscribersSeeOneOrder() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(fixture.join(i % 2 == 0 ? "a" : "*"));
        }
        fixture.publishNumbered(1, 1000, "a");
        clients.forEach(client -> client.assertNumbers(1, 1000));
    }

    @Test
    void eventsPublishedTogetherLieSideBySide() {
        Client client = fixture.join("a");
        List<EventId> ids = HubFixture.join(hub.publish(List.of(event("1", "a"), event("2", "b"), event("3", "a"))));
        client.assertData("1", "3");
        assertThat(ids).containsExactly(hub.idAt(1), hub.idAt(2), hub.idAt(3));
    }

    @Test
    void anEventOfSeveralTopicsArrivesOnce() {
        Client client = fixture.join("a", "b", "*");
        fixture.publish("1", "a", "b", "a");
        fixture.publish("2", "b");
        fixture.publish("3", "c");
        fixture.settle();
        client.assertData("1", "2", "3");
    }

    @Test
    void selectorsInAnyOrderAndNumberAreTheSameChannel() {
        fixture.join("a", "b");
        fixture.join("b", "a", "b");
        assertThat(hub.channels()).isEqualTo(1);
        fixture.join("a");
        assertThat(hub.channels()).isEqualTo(2);
    }

    @Test
    void aTopicNamedAsteriskDoesNotHideTheSelectorOfEverything() {
        Client client = new Client();
        hub.subscribe(
                client::outlet,
                JoinRequest.to(List.of(Selector.exact(new Topic("*")), Selector.parse("*"))),
                client::closed);
        fixture.publish("1", "a");
        client.assertData("1");
    }

    @Test
    void theHubGivesAnIdToEventsWithoutOne() {
        Client client = fixture.join("a");
        EventId made = fixture.publish("1", "a");
        EventId own = fixture.publish(Event.builder().topic("a").id("mine").build());
        assertThat(made.value()).isEqualTo("#" + history.epoch() + ".1");
        assertThat(own.value()).isEqualTo("mine");
        client.outlet().awaitEvents(2);
        assertThat(client.ids()).containsExactly(made.value(), "mine");
    }

    @Test
    void whatOnlyTheHubMayGiveIsRefused() {
        assertThatThrownBy(
                        () -> hub.publish(Event.builder().topic("a").id("#x.1").build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("#x.1");
        assertThatThrownBy(() ->
                        hub.publish(Event.builder().topic("a").id("earliest").build()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> hub.publish(Event.builder().topic("a").type("gap").build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gap");
        assertThatThrownBy(() -> hub.publish(Event.of("x"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(history.head()).isZero();
    }

    @Test
    void ofEventsPublishedTogetherOneThatIsRefusedKeepsAllOut() {
        assertThatThrownBy(() -> hub.publish(List.of(event("1", "a"), Event.of("2"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(history.head()).isZero();
    }

    @Test
    void publishingNothingDoesNothing() {
        history.holdAppends();
        Client client = fixture.join("a");
        hub.publish(event("1", "a"));
        hub.publish(event("2", "a"));
        history.completeAppend(1);
        assertThat(HubFixture.join(hub.publish(List.of()))).isEmpty();
        history.completeAppend(0);
        client.assertData("1", "2");
    }

    @Test
    void anEventThatIsNotAppendedIsNotSent() {
        Client client = fixture.join("a");
        history.failAppends(new IllegalStateException("disk full"));
        assertThatThrownBy(() -> fixture.publish("lost", "a"))
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("disk full");
        history.failAppends(null);
        fixture.publish("kept", "a");
        client.assertData("kept");
    }

    @Test
    void nothingIsSentBeforeItIsAppended() {
        history.holdAppends();
        Client client = fixture.join("a");
        var published = hub.publish(event("1", "a"));
        fixture.settle();
        assertThat(client.events()).isEmpty();
        assertThat(published.toCompletableFuture()).isNotDone();
        history.completeAppend(0);
        client.assertData("1");
        assertThat(published.toCompletableFuture()).isCompletedWithValue(hub.idAt(1));
    }

    @Test
    void theOrderIsThatOfTheLogWhicheverAppendIsToldFirst() {
        history.holdAppends();
        Client client = fixture.join("a");
        for (int i = 1; i <= 5; i++) {
            hub.publish(List.of(event("" + i, "a"), event(i + "+", "a")));
        }
        for (int index : new int[] {4, 2, 1}) {
            history.completeAppend(index);
            fixture.settle();
            assertThat(client.events()).isEmpty();
        }
        history.completeAppend(0);
        client.assertData("1", "1+", "2", "2+", "3", "3+");
        history.completeAppend(3);
        client.assertData("1", "1+", "2", "2+", "3", "3+", "4", "4+", "5", "5+");
    }

    @Test
    void oneWhoJoinsWhileAnAppendIsUnderWayGetsItsEvent() {
        history.holdAppends();
        hub.publish(event("1", "a"));
        Client now = fixture.join("a");
        Client ahead = fixture.joinAfter(1, "a");
        history.completeAppend(0);
        now.assertData("1");
        fixture.settle();
        assertThat(ahead.events()).isEmpty();
    }

    @Test
    void aChannelIsGoneWhenItsLastSubscriberLeaves() {
        List<Client> clients = List.of(fixture.join("a"), fixture.join("a"), fixture.join("a", "b"));
        assertThat(hub.channels()).isEqualTo(2);
        for (Client client : clients) {
            client.outlet().awaitOpen();
            client.outlet().leave();
            assertThat(client.awaitClosed()).isEqualTo(CloseReason.LEFT);
        }
        assertThat(hub.channels()).isZero();
        assertThat(fixture.loops.openStreams()).isZero();
    }

    @Test
    void manyChannelsComeAndGoWithoutATrace() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            clients.add(fixture.join("topic" + i, "all"));
        }
        assertThat(hub.channels()).isEqualTo(2000);
        fixture.publish("1", "all");
        fixture.publish("2", "topic7");
        clients.get(7).assertData("1", "2");
        clients.get(8).assertData("1");
        clients.forEach(client -> client.outlet().awaitOpen());
        clients.forEach(client -> client.outlet().leave());
        Awaitility.await().until(() -> hub.channels() == 0);
        assertThat(listedPositions(fixture)).isZero();
    }

    static long listedPositions(HubFixture fixture) {
        long[] sum = new long[1];
        for (int i = 0; i < fixture.loops.count(); i++) {
            WriterLoop loop = fixture.loops.loop(i);
            CountDownLatch read = new CountDownLatch(1);
            loop.execute(() -> {
                sum[0] += loop.addListedPositions(0);
                read.countDown();
            });
            HubFixture.await(read);
        }
        return sum[0];
    }

    @Test
    void leavingTwiceIsLeavingOnce() {
        Client client = fixture.join("a");
        fixture.join("a");
        client.outlet().awaitOpen();
        client.outlet().leave();
        client.outlet().leave();
        client.awaitClosed();
        fixture.settle();
        assertThat(hub.channels()).isEqualTo(1);
        assertThat(fixture.loops.openStreams()).isEqualTo(1);
    }

    @Test
    void finishEndsStreamsBehindWhatWasPublished() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(fixture.join("a"));
        }
        Client other = fixture.join("a", "b");
        fixture.publishNumbered(1, 500, "a");
        hub.finish(List.of(Selector.parse("a")));
        fixture.publish("late", "a");
        for (Client client : clients) {
            client.assertNumbers(1, 500);
            assertThat(client.awaitClosed()).isEqualTo(CloseReason.ENDED);
            assertThat(client.outlet().isFinished()).isTrue();
        }
        other.outlet().awaitEvents(501);
        assertThat(other.isClosed()).isFalse();
        assertThat(hub.channels()).isEqualTo(1);
    }

    @Test
    void finishWaitsForOneWhoReadsSlowly() {
        Client slow = new Client(new RecordingOutlet().refuse());
        fixture.join(slow, ResumePoint.NOW, Rights.PUBLIC_ONLY, "a");
        fixture.publishNumbered(1, 1000, "a");
        hub.finish(List.of(Selector.parse("a")));
        slow.outlet().awaitRefusal();
        for (int i = 0; i < 50; i++) {
            slow.outlet().room(100);
            fixture.settle();
        }
        assertThat(slow.isClosed()).isFalse();
        slow.outlet().accept();
        slow.assertNumbers(1, 1000);
        assertThat(slow.awaitClosed()).isEqualTo(CloseReason.ENDED);
    }

    @Test
    void finishDoesNotEndThoseWhoJoinAfterwards() {
        CountDownLatch first = fixture.hold(0);
        CountDownLatch second = fixture.hold(1);
        Client early = fixture.join("a");
        hub.finish(List.of(Selector.parse("a")));
        Client late = fixture.join("a");
        first.countDown();
        second.countDown();
        assertThat(early.awaitClosed()).isEqualTo(CloseReason.ENDED);
        fixture.publish("1", "a");
        late.assertData("1");
        assertThat(late.isClosed()).isFalse();
        assertThat(early.events()).isEmpty();
    }

    @Test
    void finishWithoutSubscribersDoesNothing() {
        hub.finish(List.of(Selector.parse("a")));
        Client client = fixture.join("a");
        fixture.publish("1", "a");
        client.assertData("1");
    }

    @Test
    void privateEventsGoToThoseWithARightOnly() {
        Client anybody = fixture.join("a");
        Client all = fixture.join(new Client(), ResumePoint.NOW, Rights.ALL, "a");
        Rights some = topics -> topics.contains(new Topic("a/mine"));
        Client mine = fixture.join(new Client(), ResumePoint.NOW, some, "a");
        fixture.publish("public", "a");
        fixture.publish(
                Event.builder().topic("a").data("secret").isPrivate(true).build());
        fixture.publish(Event.builder()
                .topic("a")
                .topic("a/mine")
                .data("mine")
                .isPrivate(true)
                .build());
        fixture.publish("end", "a");
        anybody.assertData("public", "end");
        all.assertData("public", "secret", "mine", "end");
        mine.assertData("public", "mine", "end");
    }

    @Test
    void privateEventsAreReplayedToThoseWithARightOnly() {
        fixture.publish("public", "a");
        for (int i = 0; i < 600; i++) {
            fixture.publish(
                    Event.builder().topic("a").data("secret").isPrivate(true).build());
        }
        fixture.publish("end", "a");
        Client anybody = fixture.joinAfter(0, "a");
        Client all = fixture.join(new Client(), ResumePoint.after(0), Rights.ALL, "a");
        anybody.assertData("public", "end");
        all.outlet().awaitEvents(602);
        fixture.publish("live", "a");
        anybody.assertData("public", "end", "live");
    }

    @Test
    void aSubscriptionNeedsASelector() {
        assertThatThrownBy(() -> fixture.join()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rightsThatFailCloseOneStreamOnly() {
        Rights failing = topics -> {
            throw new IllegalStateException("no rights today");
        };
        Client failed = fixture.join(new Client(), ResumePoint.NOW, failing, "a");
        Client healthy = fixture.join("a");
        fixture.publish(Event.builder().topic("a").data("1").isPrivate(true).build());
        fixture.publish("2", "a");
        assertThat(failed.awaitClosed()).isEqualTo(CloseReason.FAILED);
        healthy.assertData("2");
    }

    @Test
    void rightsAreAskedOnceForAnEventHoweverManyShareThem() {
        AtomicInteger asked = new AtomicInteger();
        Rights mine = topics -> asked.incrementAndGet() > 0;
        Rights yours = topics -> asked.incrementAndGet() < 0;
        CountDownLatch first = fixture.hold(0);
        CountDownLatch second = fixture.hold(1);
        List<Client> seeing = new ArrayList<>();
        List<Client> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            (i % 4 < 2 ? seeing : others)
                    .add(fixture.join(new Client(), ResumePoint.NOW, i % 4 < 2 ? mine : yours, "a"));
        }
        fixture.publish(
                Event.builder().topic("a").data("secret").isPrivate(true).build());
        first.countDown();
        seeing.get(0).assertData("secret");
        fixture.hold(0).countDown(); // the first loop has asked for all of its clients
        second.countDown();
        fixture.publish("end", "a");
        seeing.forEach(client -> client.assertData("secret", "end"));
        others.forEach(client -> client.assertData("end"));
        assertThat(asked).hasValue(2);
    }
}
