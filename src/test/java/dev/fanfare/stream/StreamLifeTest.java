package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.event.Selector;
import dev.fanfare.hub.Client;
import dev.fanfare.hub.HubFixture;
import dev.fanfare.hub.JoinRequest;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.hub.Rights;
import dev.fanfare.log.LogMode;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Heartbeats, and all the ways in which a stream ends. */
@Timeout(240)
class StreamLifeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private HubFixture fixture = HubFixture.resumable();

    @AfterEach
    void close() {
        fixture.close();
    }

    private void begin(int loops, long pinnedBytes) {
        fixture.close();
        StreamSettings d = StreamSettings.DEFAULTS;
        StreamSettings settings = new StreamSettings(
                d.heartbeat(),
                d.retry(),
                d.tailEvents(),
                d.tailBytes(),
                pinnedBytes,
                d.sendBufferBytes(),
                d.writeTimeout(),
                d.maxDuration());
        fixture = HubFixture.of(settings, loops, HubFixture.memory(), LogMode.RESUMABLE, 65_536);
    }

    private Client join(RecordingOutlet outlet, String... selectors) {
        return fixture.join(new Client(outlet), ResumePoint.NOW, Rights.PUBLIC_ONLY, selectors);
    }

    private static String kilo(int kilobytes) {
        return "x".repeat(1024 * kilobytes);
    }

    @Test
    void aQuietStreamGetsACommentNowAndThen() {
        Client client = fixture.join("a");
        fixture.pass(Duration.ofSeconds(14));
        assertThat(client.outlet().comments()).hasSize(1);
        fixture.pass(SECOND.multipliedBy(2));
        assertThat(client.outlet().comments()).hasSize(2);
        assertThat(client.outlet().text()).endsWith("\n\n:\n");
        fixture.pass(Duration.ofSeconds(16));
        assertThat(client.outlet().comments()).hasSize(3);
    }

    @Test
    void anEventPutsTheHeartbeatOff() {
        Client client = fixture.join("a");
        for (int i = 0; i < 5; i++) {
            fixture.pass(Duration.ofSeconds(10));
            fixture.publish("" + i, "a");
        }
        client.assertData("0", "1", "2", "3", "4");
        assertThat(client.outlet().comments()).hasSize(1);
    }

    @Test
    void theHeartbeatIsTheCursorWhenTheLogMovedOn() {
        Client client = fixture.join("a");
        fixture.publishNumbered(1, 3, "b");
        fixture.pass(Duration.ofSeconds(16));
        assertThat(client.outlet().text()).endsWith("id: " + fixture.hub.idAt(3) + "\n\n");
        assertThat(client.outlet().comments()).hasSize(1);
        assertThat(client.events()).isEmpty();
        fixture.pass(Duration.ofSeconds(16));
        assertThat(client.outlet().comments()).as("nothing new, so a comment").hasSize(2);
        fixture.publish("4", "a");
        client.assertData("4");
    }

    @Test
    void theCursorOfAHeartbeatIsNeverAheadOfAnEventThatWaits() {
        Client client = fixture.join("a");
        fixture.settle();
        fixture.ticker.advance(Duration.ofSeconds(15));
        CountDownLatch go = fixture.hold(0);
        fixture.publish("1", "a");
        fixture.publish("2", "b");
        fixture.ticker.advance(SECOND);
        go.countDown();
        fixture.settle();
        client.assertData("1");
        assertThat(client.outlet().text()).doesNotContain("id: " + fixture.hub.idAt(2) + "\n\nid: ");
    }

    @Test
    void inOtherModesTheHeartbeatIsAComment() {
        fixture.close();
        fixture = HubFixture.of(HubFixture.SETTINGS, 1, HubFixture.memory(), LogMode.LATEST, 64);
        Client client = fixture.join("a");
        fixture.publish("1", "b");
        fixture.pass(Duration.ofSeconds(16));
        assertThat(client.outlet().text()).isEqualTo(":\nretry: 3000\n:\n");
    }

    @Test
    void aClientThatTakesNothingIsClosedAfterTheWriteTimeout() {
        Client client = join(new RecordingOutlet().refuse(), "a");
        client.outlet().awaitRefusal();
        fixture.pass(Duration.ofSeconds(29));
        assertThat(client.isClosed()).isFalse();
        fixture.pass(SECOND.multipliedBy(3));
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.STALLED);
        assertThat(client.outlet().isFinished()).isFalse();
        assertThat(fixture.hub.channels()).isZero();
    }

    @Test
    void aClientThatStallsInTheMiddleOfTheLastFrameIsClosed() {
        Client client = join(new RecordingOutlet().room(500), "a");
        fixture.publish(kilo(1), "a");
        fixture.settle();
        assertThat(client.outlet().hasRefused()).isFalse();
        assertThat(fixture.loops.pinnedBytes()).isPositive();
        fixture.pass(Duration.ofSeconds(33));
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.STALLED);
        assertThat(fixture.loops.pinnedBytes()).isZero();
    }

    @Test
    void aClientThatOnlyDripsIsClosed() {
        Client client = join(new RecordingOutlet().room(1000), "a");
        for (int i = 0; i < 200; i++) {
            fixture.publish(kilo(1), "a");
        }
        for (int i = 0; i < 33 && !client.isClosed(); i++) {
            client.outlet().room(900);
            fixture.pass(SECOND);
        }
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.STALLED);
    }

    @Test
    void aSlowClientThatMovesStays() {
        Client client = join(new RecordingOutlet().room(1000), "a");
        for (int i = 0; i < 200; i++) {
            fixture.publish(kilo(1), "a");
        }
        for (int i = 0; i < 100; i++) {
            client.outlet().room(1500);
            fixture.pass(SECOND);
        }
        assertThat(client.isClosed()).isFalse();
        client.outlet().accept();
        client.outlet().awaitEvents(200);
    }

    @Test
    void aClientThatStallsAgainHasTheWholeTimeoutAgain() {
        Client client = join(new RecordingOutlet().refuse(), "a");
        fixture.pass(Duration.ofSeconds(20));
        client.outlet().accept();
        fixture.pass(SECOND);
        client.outlet().refuse();
        fixture.publish("1", "a");
        fixture.pass(Duration.ofSeconds(20));
        assertThat(client.isClosed()).isFalse();
        client.outlet().accept();
        client.assertData("1");
    }

    @Test
    void noHeartbeatIsPutIntoAHalfWrittenFrame() {
        Client client = join(new RecordingOutlet().room(300), "a");
        fixture.publish(kilo(1), "a");
        fixture.pass(Duration.ofSeconds(20));
        client.outlet().accept();
        client.assertData(kilo(1));
        assertThat(client.outlet().comments()).hasSize(1);
    }

    @Test
    void aStreamEndsAfterItsMaximumDuration() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(fixture.join("a"));
        }
        fixture.settle();
        fixture.pass(Duration.ofMinutes(53));
        assertThat(clients).noneMatch(Client::isClosed);
        fixture.pass(Duration.ofMinutes(7).plusSeconds(2));
        for (Client client : clients) {
            assertThat(client.awaitClosed()).isEqualTo(CloseReason.EXPIRED);
            assertThat(client.outlet().isFinished()).isTrue();
        }
    }

    @Test
    void aStreamThatExpiresInTheMiddleOfAFrameIsCutOff() {
        Client client = join(new RecordingOutlet().room(1000), "a");
        for (int i = 0; i < 5000; i++) {
            fixture.publish(kilo(1), "a");
        }
        for (int i = 0; i < 3602 && !client.isClosed(); i++) {
            client.outlet().room(1100);
            fixture.ticker.advance(SECOND);
            fixture.settle();
        }
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.EXPIRED);
        assertThat(client.outlet().isFinished()).isFalse();
    }

    @Test
    void inLiveModeStreamsDoNotExpire() {
        fixture.close();
        fixture = HubFixture.of(HubFixture.SETTINGS, 1, HubFixture.memory(), LogMode.LIVE, 64);
        Client client = fixture.join("a");
        fixture.ticker.advance(Duration.ofHours(2));
        fixture.settle();
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void aClientThatDoesNotReadTheEndIsClosedAfterTheWriteTimeout() {
        Client client = join(new RecordingOutlet().neverEnds(), "a");
        fixture.settle();
        fixture.hub.finish(List.of(Selector.parse("a")));
        client.outlet().awaitEnd();
        fixture.pass(Duration.ofSeconds(29));
        assertThat(client.isClosed()).isFalse();
        fixture.pass(SECOND.multipliedBy(3));
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.ENDED);
    }

    @Test
    void ofHalfWrittenFramesThatAreTooManyThoseThatMovedLeastAreClosed() {
        begin(1, 100 << 10);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            clients.add(join(new RecordingOutlet().room(100), "a"));
        }
        fixture.settle();
        fixture.publish(kilo(11), "a");
        fixture.settle();
        fixture.pass(SECOND);
        for (int i = 0; i < 9; i++) {
            clients.get(i).outlet().room(i == 4 ? 0 : 100 + i);
        }
        fixture.pass(SECOND);
        assertThat(clients).noneMatch(Client::isClosed);
        Client last = join(new RecordingOutlet().room(300), "b");
        fixture.publish(kilo(10), "b");
        fixture.settle();
        assertThat(clients.get(4).awaitClosed()).isEqualTo(CloseReason.PINNED);
        assertThat(clients).filteredOn(Client::isClosed).hasSize(1);
        assertThat(last.isClosed()).isFalse();
        assertThat(fixture.loops.pinnedBytes()).isBetween(1L, 100L << 10);
    }

    @Test
    void oneEventToManyWhoReadNothingHoldsNoMoreThanTheBoundAndOneWrite() {
        begin(1, 100 << 10);
        AtomicLong most = new AtomicLong();
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            clients.add(join(
                    new RecordingOutlet()
                            .room(100)
                            .onWrite(() -> most.accumulateAndGet(fixture.loops.pinnedBytes(), Math::max)),
                    "a"));
        }
        fixture.settle();
        fixture.publish(kilo(30), "a");
        fixture.settle();
        Awaitility.await().until(() -> clients.stream().filter(Client::isClosed).count() >= 36);
        assertThat(most.get()).isBetween(60L << 10, 100L << 10);
        assertThat(clients).filteredOn(client -> !client.isClosed()).isNotEmpty();
    }

    @Test
    void ofThoseThatMovedNothingTheOneThatStoodLongestIsClosed() {
        begin(1, 64 << 10);
        Client first = join(new RecordingOutlet().room(500), "a");
        fixture.publish(kilo(30), "a");
        fixture.pass(SECOND);
        Client second = join(new RecordingOutlet().room(500), "b");
        fixture.publish(kilo(30), "b");
        fixture.pass(SECOND);
        Client third = join(new RecordingOutlet().room(500), "c");
        fixture.publish(kilo(30), "c");
        assertThat(first.awaitClosed()).isEqualTo(CloseReason.PINNED);
        fixture.settle();
        assertThat(second.isClosed()).isFalse();
        assertThat(third.isClosed()).isFalse();
    }

    @Test
    void clientsOfOneLoopDoNotPayForThoseOfAnother() {
        begin(2, 200 << 10);
        // Streams are given to the loops in turn: two light ones in loop 0, heavy ones in loop 1.
        List<Client> light = new ArrayList<>();
        List<Client> heavy = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            boolean first = i % 2 == 0;
            (first ? light : heavy).add(join(new RecordingOutlet().room(500), first ? "light" : "heavy"));
        }
        fixture.settle();
        fixture.publish(kilo(45), "heavy");
        fixture.settle();
        fixture.publish(kilo(8), "light");
        fixture.settle();
        Awaitility.await().until(() -> fixture.loops.pinnedBytes() <= 200 << 10);
        assertThat(light).noneMatch(Client::isClosed);
        assertThat(heavy).anyMatch(Client::isClosed).anyMatch(client -> !client.isClosed());
    }

    @Test
    void closingEndsStreamsInOrderWithWhatTheyHave() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(fixture.join("a"));
        }
        fixture.publishNumbered(1, 1000, "a");
        fixture.loops.close();
        for (Client client : clients) {
            client.assertNumbers(1, 1000);
            assertThat(client.awaitClosed()).isEqualTo(CloseReason.SHUTDOWN);
            assertThat(client.outlet().isFinished()).isTrue();
        }
        assertThat(fixture.loops.openStreams()).isZero();
    }

    @Test
    void closingDoesNotWaitLongForOneThatReadsNothing() {
        Client silent = join(new RecordingOutlet().neverEnds(), "a");
        Client stalled = join(new RecordingOutlet().room(100), "a");
        fixture.publish(kilo(1), "a");
        fixture.publish(kilo(1), "a");
        fixture.settle();
        fixture.loops.close(Duration.ofMillis(50));
        assertThat(silent.awaitClosed()).isEqualTo(CloseReason.SHUTDOWN);
        assertThat(stalled.awaitClosed()).isEqualTo(CloseReason.SHUTDOWN);
        assertThat(stalled.outlet().isFinished()).isFalse();
    }

    @Test
    void closingEndsAllInOrderThoughOneFails() {
        Client one = fixture.join("a");
        Client failing = fixture.join("a");
        Client other = fixture.join("a");
        fixture.settle();
        failing.outlet().failIn(Call.PENDING_BYTES);
        fixture.loops.close();
        assertThat(failing.awaitClosed()).isEqualTo(CloseReason.FAILED);
        for (Client client : List.of(one, other)) {
            assertThat(client.awaitClosed()).isEqualTo(CloseReason.SHUTDOWN);
            assertThat(client.outlet().isFinished()).isTrue();
        }
    }

    @Test
    void closingInAnInterruptedThreadLeavesNobodyConnected() {
        Client client = fixture.join("a");
        Client silent = join(new RecordingOutlet().neverEnds(), "a");
        fixture.settle();
        Thread.currentThread().interrupt();
        fixture.loops.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.SHUTDOWN);
        assertThat(silent.awaitClosed()).isEqualTo(CloseReason.SHUTDOWN);
        Awaitility.await().until(() -> fixture.loops.openStreams() == 0);
    }

    @Test
    void aClosedServiceTakesNoStreams() {
        fixture.join("a");
        fixture.loops.close();
        assertThatThrownBy(() -> fixture.join("a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> PrivateStream.open(
                        fixture.loops,
                        new RecordingOutlet(),
                        List.of(),
                        Reader.UNKNOWN,
                        Runnable::run,
                        () -> {},
                        reason -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void oneWhoJoinsWhileTheServiceClosesIsEndedToo() {
        for (int round = 0; round < 50; round++) {
            try (HubFixture closing = HubFixture.resumable()) {
                List<Client> joined = new ArrayList<>(List.of(closing.join("a")));
                Thread closer = new Thread(() -> closing.loops.close(Duration.ofMillis(20)));
                closer.start();
                try {
                    while (joined.size() < 10_000) {
                        Client client = new Client();
                        closing.join(client, ResumePoint.NOW, Rights.PUBLIC_ONLY, "a");
                        joined.add(client);
                    }
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessageContaining("closed");
                }
                joined.forEach(Client::awaitClosed);
                assertThat(closing.loops.openStreams()).isZero();
            }
        }
    }

    @Test
    void aStreamThatCouldNotBeginLeavesNothingBehind() {
        for (Consumer<Runnable> next :
                List.<Consumer<Runnable>>of(fixture.ticker::onNextNanos, fixture.ticker::onNextAlarm)) {
            next.accept(() -> {
                throw new OutOfMemoryError("told to fail");
            });
            Client refused = new Client();
            assertThatThrownBy(() -> fixture.join(refused, ResumePoint.NOW, Rights.PUBLIC_ONLY, "a"))
                    .isInstanceOf(OutOfMemoryError.class);
            assertThat(refused.outlet().isClosed()).isTrue();
            assertThat(fixture.loops.openStreams()).isZero();
            assertThat(fixture.hub.channels()).isZero();
        }
        Client client = fixture.join("a");
        fixture.settle();
        fixture.pass(Duration.ofSeconds(16));
        assertThat(client.outlet().comments()).hasSize(2);
    }

    @Test
    void anOutletThatFailsClosesItsOwnStreamOnly() {
        for (Call call : Call.values()) {
            Client healthy = fixture.join("a");
            Client failing = join(new RecordingOutlet().failIn(call), "a");
            Client later = fixture.join("a");
            fixture.publish(call.name(), "a");
            healthy.assertData(call.name());
            later.assertData(call.name());
            if (call == Call.FINISH || call == Call.ABORT) {
                fixture.hub.finish(List.of(Selector.parse("a")));
                assertThat(failing.awaitClosed())
                        .isEqualTo(call == Call.FINISH ? CloseReason.FAILED : CloseReason.ENDED);
                assertThat(healthy.awaitClosed()).isEqualTo(CloseReason.ENDED);
            } else {
                assertThat(failing.awaitClosed()).isEqualTo(CloseReason.FAILED);
                assertThat(healthy.isClosed()).isFalse();
                healthy.outlet().leave();
                later.outlet().leave();
            }
            later.awaitClosed();
            fixture.settle();
            assertThat(fixture.hub.channels()).isZero();
            assertThat(fixture.loops.openStreams()).isZero();
        }
    }

    @Test
    void anOutletThatBeginsToFailDoesNotKeepOthersFromTheirHeartbeat() {
        Client one = fixture.join("a");
        Client failing = fixture.join("b");
        Client other = fixture.join("c");
        fixture.settle();
        failing.outlet().failIn(Call.PENDING_BYTES);
        fixture.pass(Duration.ofSeconds(16));
        assertThat(failing.awaitClosed()).isEqualTo(CloseReason.FAILED);
        assertThat(one.outlet().comments()).hasSize(2);
        assertThat(other.outlet().comments()).hasSize(2);
    }

    @Test
    void aCallbackThatFailsConcernsNobodyElse() {
        Client healthy = fixture.join("a");
        RecordingOutlet outlet = new RecordingOutlet();
        fixture.hub.subscribe(() -> outlet, JoinRequest.to(List.of(Selector.parse("a"))), reason -> {
            throw new AssertionError("told to fail");
        });
        outlet.awaitOpen();
        outlet.leave();
        outlet.awaitClosed();
        fixture.publish("1", "a");
        healthy.assertData("1");
        fixture.settle();
        assertThat(fixture.loops.openStreams()).isEqualTo(1);
    }

    @Test
    void aClientThatLeavesAtOnceIsGone() {
        Client client = new Client();
        CountDownLatch go = fixture.hold(0);
        fixture.join(client, ResumePoint.NOW, Rights.PUBLIC_ONLY, "a");
        go.countDown();
        client.outlet().awaitOpen();
        client.outlet().leave();
        client.awaitClosed();
        fixture.publish("1", "a");
        assertThat(client.events()).isEmpty();
    }

    @Test
    void whereNobodyIsNothingTicks() {
        Client client = fixture.join("a");
        client.outlet().awaitOpen();
        assertThat(fixture.ticker.alarms()).isEqualTo(1);
        client.outlet().leave();
        client.awaitClosed();
        fixture.pass(SECOND.multipliedBy(2));
        assertThat(fixture.ticker.alarms()).isZero();
        fixture.join("a");
        assertThat(fixture.ticker.alarms()).isEqualTo(1);
    }
}
