package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.event.Selector;
import dev.fanfare.history.NoHistory;
import dev.fanfare.log.LogMode;
import dev.fanfare.stream.Batch;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.testing.RecordingOutlet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that do not read cost the others nothing, and little memory. */
@Timeout(240)
class StalledClientsTest {
    private static final int MAX_LISTED_IN_LOOP = 1 << 20;

    private static Client stalled(HubFixture fixture, int room, String... selectors) {
        Client client = new Client(new RecordingOutlet().room(room));
        return fixture.join(client, ResumePoint.NOW, Rights.PUBLIC_ONLY, selectors);
    }

    @Test
    void fiftyOfAThousandThatStallAreClosedAndTheOthersGetEverything() {
        int tailEvents = 256;
        try (HubFixture fixture =
                HubFixture.of(HubFixture.SETTINGS, 2, HubFixture.memory(), LogMode.RESUMABLE, tailEvents)) {
            List<Client> healthy = new ArrayList<>();
            List<Client> stalled = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                if (i % 20 == 0) {
                    stalled.add(stalled(fixture, 10 * i, "a"));
                } else {
                    healthy.add(fixture.join("a"));
                }
            }
            for (int i = 1; i <= 800; i++) {
                fixture.publish("" + i, "a");
                if (i % 100 == 0) {
                    fixture.settle();
                    assertThat(fixture.hub.tail().start()).isGreaterThan(i - tailEvents);
                    assertThat(HubTest.listedPositions(fixture)).isLessThanOrEqualTo(2L * tailEvents);
                }
            }
            healthy.forEach(client -> client.assertNumbers(1, 800));
            assertThat(stalled).noneMatch(Client::isClosed);
            fixture.pass(Duration.ofSeconds(33));
            for (Client client : stalled) {
                assertThat(client.awaitClosed()).isEqualTo(CloseReason.STALLED);
            }
            assertThat(healthy).noneMatch(Client::isClosed);
            assertThat(HubTest.listedPositions(fixture)).isZero();
            assertThat(fixture.loops.pinnedBytes()).isZero();
            Client back = fixture.resume(stalled.get(7).outlet().lastEventId(), "a");
            back.outlet().awaitText("data: 800\n");
        }
    }

    @Test
    void positionsThatTheTailHasLetGoAreNotListed() {
        try (HubFixture fixture = HubFixture.of(HubFixture.SETTINGS, 1, HubFixture.memory(), LogMode.RESUMABLE, 16)) {
            Client client = stalled(fixture, 0, "a");
            for (int i = 1; i <= 200; i++) {
                fixture.publish("" + i, "a");
                fixture.settle();
            }
            assertThat(HubTest.listedPositions(fixture)).isLessThanOrEqualTo(16);
            client.outlet().accept();
            client.assertNumbers(1, 200);
        }
    }

    @Test
    void whatStalledClientsOfOtherChannelsHoldIsBoundedAndConcernsNobodyElse() {
        try (HubFixture fixture = HubFixture.of(HubFixture.SETTINGS, 1, new NoHistory(), LogMode.LIVE, 65_536)) {
            Client healthy = fixture.join("a");
            List<Client> stalled = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                stalled.add(stalled(fixture, 0, "a", "other" + i));
            }
            for (int i = 1; i <= 60_000; i++) {
                fixture.publish("" + i, "a");
                if (i % 1000 == 0) {
                    fixture.settle();
                    assertThat(HubTest.listedPositions(fixture)).isLessThanOrEqualTo(MAX_LISTED_IN_LOOP + 21_000L);
                }
            }
            healthy.assertNumbers(1, 60_000);
            assertThat(healthy.isClosed()).isFalse();
            Awaitility.await().until(() -> HubTest.listedPositions(fixture) <= MAX_LISTED_IN_LOOP);
        }
    }

    @Test
    void anEventIsWrittenToAllOfAChannelFromOneBatch() {
        try (HubFixture fixture = HubFixture.resumable()) {
            List<BatchesSeen> outlets = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                BatchesSeen outlet = new BatchesSeen();
                outlets.add(outlet);
                fixture.hub.subscribe(() -> outlet, JoinRequest.to(List.of(Selector.parse("a"))), reason -> {});
            }
            fixture.settle();
            fixture.publish("1", "a");
            fixture.settle();
            Batch first = outlets.get(0).last();
            assertThat(first.frame(0).payloadText()).endsWith("data: 1\n\n");
            assertThat(outlets).allSatisfy(outlet -> assertThat(outlet.last()).isSameAs(first));
        }
    }

    @Test
    void clientsWhoMaySeeTheSameGetOneBatchWhateverTheirRightsAre() {
        try (HubFixture fixture = HubFixture.resumable()) {
            List<BatchesSeen> allowed = new ArrayList<>();
            List<BatchesSeen> others = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                boolean maySee = i % 2 == 0;
                BatchesSeen outlet = new BatchesSeen();
                (maySee ? allowed : others).add(outlet);
                // Rights of its own for each.
                Rights own = topics -> maySee && !topics.isEmpty();
                fixture.hub.subscribe(
                        () -> outlet,
                        JoinRequest.to(List.of(Selector.parse("a"))).with(own),
                        reason -> {});
            }
            fixture.settle();
            fixture.publish("for all", "a");
            fixture.settle();
            Batch forAll = allowed.get(0).last();
            assertThat(forAll.frame(0).payloadText()).endsWith("data: for all\n\n");
            assertThat(allowed).allSatisfy(outlet -> assertThat(outlet.last()).isSameAs(forAll));
            assertThat(others).allSatisfy(outlet -> assertThat(outlet.last()).isSameAs(forAll));

            fixture.publish(
                    Event.builder().topic("a").isPrivate(true).data("for some").build());
            fixture.settle();
            Batch forSome = allowed.get(0).last();
            assertThat(forSome.frame(0).payloadText()).endsWith("data: for some\n\n");
            assertThat(allowed).allSatisfy(outlet -> assertThat(outlet.last()).isSameAs(forSome));
            assertThat(others).allSatisfy(outlet -> assertThat(outlet.last()).isSameAs(forAll));
        }
    }

    @Test
    void aStalledClientDoesNotKeepABatchInMemory() {
        try (HubFixture fixture = HubFixture.resumable()) {
            BatchesSeen outlet = new BatchesSeen();
            fixture.hub.subscribe(() -> outlet, JoinRequest.to(List.of(Selector.parse("a"))), reason -> {});
            fixture.settle();
            outlet.refuses = true;
            fixture.publish("1", "a");
            fixture.settle();
            Batch refused = outlet.last();
            outlet.offerAgain();
            fixture.settle();
            assertThat(outlet.last()).as("kept for a moment").isSameAs(refused);
            fixture.pass(Duration.ofSeconds(3));
            outlet.refuses = false;
            outlet.offerAgain();
            fixture.settle();
            assertThat(outlet.last()).isNotSameAs(refused);
            assertThat(outlet.last().frame(0)).isSameAs(refused.frame(0));
        }
    }

    /** Takes everything, or nothing, and keeps the last batch. */
}
