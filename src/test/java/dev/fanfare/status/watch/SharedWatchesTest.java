package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.log.SharedStates.Stamp;
import dev.fanfare.log.SharedStates.Telling;
import dev.fanfare.status.Reading;
import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusSource;
import dev.fanfare.testing.FakeStates;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several nodes, one engine, one source: who asks it, and what the clients of each node get. */
class SharedWatchesTest {
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration TAKEOVER = StatusNode.LEASE.plus(SECOND);

    /** Says the same to all nodes, and knows when it was asked. */
    private final class Source implements StatusSource {
        private CompletionStage<Reading> answer = CompletableFuture.completedStage(new Reading.Missing());
        private final List<Long> polls = new ArrayList<>();

        void says(String json) {
            says(Reading.of(ScriptedSource.json(json)));
        }

        void says(Reading reading) {
            answer = CompletableFuture.completedStage(reading);
        }

        void fails(SourceFailure failure) {
            answer = CompletableFuture.failedStage(failure);
        }

        @Override
        public CompletionStage<Reading> read(Map<String, String> params, @Nullable String validator) {
            polls.add(ticker.nanos());
            return answer;
        }

        int polls() {
            return polls.size();
        }

        /** The longest time without a poll until now. */
        Duration longestSilence() {
            long longest = 0;
            for (int i = 0; i < polls.size(); i++) {
                long next = i + 1 < polls.size() ? polls.get(i + 1) : ticker.nanos();
                longest = Math.max(longest, next - polls.get(i));
            }
            return Duration.ofNanos(longest);
        }
    }

    private final ManualTicker ticker = new ManualTicker();
    private final FakeStates engine = new FakeStates(ticker, StatusNode.LEASE);
    private final Source source = new Source();
    private final StatusNode a = node("a");
    private final StatusNode b = node("b");
    private final StatusNode c = node("c");

    private StatusNode node(String name) {
        return new StatusNode(name, engine, ticker)
                .polls(
                        source,
                        SourceSettings.builder()
                                .params("job")
                                .end("/state=done")
                                .every(EVERY)
                                .build());
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
        c.close();
    }

    private void pass(Duration time) {
        ticker.advance(time);
    }

    private static String data(RecordingOutlet client) {
        List<String> all = client.data();
        return all.isEmpty() ? "" : all.get(all.size() - 1);
    }

    @Test
    void oneOfThreeNodesPollsForAll() {
        source.says("{\"n\":1}");
        List<RecordingOutlet> clients = List.of(a.join("1"), b.join("1"), c.join("1"));
        clients.forEach(client -> client.awaitEvents(1));
        assertThat(source.polls()).isEqualTo(1);
        for (int n = 2; n <= 60; n++) {
            source.says("{\"n\":" + n + "}");
            pass(EVERY);
        }
        for (RecordingOutlet client : clients) {
            client.awaitText("{\"n\":60}");
            assertThat(client.data()).doesNotHaveDuplicates();
        }
        // The first period is half as long, as it is with one node.
        assertThat(source.polls()).isBetween(59, 62);
        assertThat(a.owned()).isEqualTo(1);
        assertThat(b.owned() + c.owned()).isZero();
        assertThat(c.watch("1").owner()).isEqualTo("a");
        assertThat(c.watch("1").nextPoll()).isNull();
    }

    @Test
    void eachNodeAppliesTheRulesOfItsOwnClients() {
        source.says("{\"n\":1,\"at\":1}");
        RecordingOutlet all = a.join("1");
        RecordingOutlet some = b.join("1", Map.of("ignore", List.of("/at")));
        some.awaitEvents(1);
        source.says("{\"n\":1,\"at\":2}");
        pass(EVERY);
        source.says("{\"n\":2,\"at\":3}");
        pass(EVERY);
        all.awaitEvents(3);
        some.awaitText("{\"n\":2,\"at\":3}");
        assertThat(some.data()).containsExactly("{\"n\":1,\"at\":1}", "{\"n\":2,\"at\":3}");
    }

    @Test
    void aClientThatComesLaterGetsTheStatusWithoutAPoll() {
        source.says("{\"n\":1}");
        a.join("1").awaitEvents(1);
        pass(EVERY.multipliedBy(3).plusSeconds(2));
        int polls = source.polls();
        RecordingOutlet later = b.join("1");
        later.awaitEvents(1);
        assertThat(source.polls()).isEqualTo(polls);
        assertThat(b.snapshot("1"))
                .isInstanceOfSatisfying(
                        Snapshot.Known.class, known -> assertThat(known.age()).isBetween(Duration.ZERO, EVERY));
    }

    @Test
    void whatDoesNotChangeCostsTheEngineABeatASecondAndStaysFresh() {
        source.says("{\"n\":1}");
        for (int i = 0; i < 200; i++) {
            a.join("" + i).awaitEvents(1);
            b.join("" + i).awaitEvents(1);
        }
        pass(EVERY.multipliedBy(2));
        int calls = engine.calls();
        pass(Duration.ofSeconds(60));
        assertThat(engine.calls() - calls)
                .as("two beats a second, and a batch of fresh ones")
                .isLessThan(200);
        assertThat(b.watch("7").asOf()).isAfter(ticker.now().minus(EVERY).minus(SECOND.multipliedBy(2)));
        assertThat(b.watch("7").state()).isEqualTo(WatchInfo.State.FRESH);
    }

    @Test
    void anotherNodeTakesOverWhenTheOwnerIsGone() {
        source.says("{\"n\":1}");
        a.join("1").awaitEvents(1);
        RecordingOutlet client = b.join("1");
        c.join("1");
        pass(EVERY.multipliedBy(4));
        a.kill();
        int polls = source.polls();
        source.says("{\"n\":2}");
        pass(EVERY.plus(TAKEOVER));
        client.awaitText("{\"n\":2}");
        pass(EVERY.multipliedBy(10));
        assertThat(source.longestSilence()).isLessThanOrEqualTo(EVERY.plus(TAKEOVER));
        assertThat(source.polls() - polls).isBetween(10, 13);
        assertThat(b.owned() + c.owned()).isEqualTo(1);
    }

    @Test
    void aFrozenOwnerNeitherPollsNorTellsAnyMoreWhenItWakes() {
        source.says("{\"n\":1}");
        RecordingOutlet first = a.join("1");
        RecordingOutlet other = b.join("1");
        other.awaitEvents(1);
        pass(EVERY.multipliedBy(2));
        CompletableFuture<Reading> open = new CompletableFuture<>();
        source.answer = open;
        pass(EVERY);
        a.freeze();
        source.says("{\"n\":2}");
        pass(EVERY.plus(TAKEOVER));
        other.awaitText("{\"n\":2}");
        int polls = source.polls();
        open.complete(Reading.of(ScriptedSource.json("{\"n\":1.5}")));
        a.thaw();
        pass(SECOND.multipliedBy(2));
        first.awaitText("{\"n\":2}");
        assertThat(source.polls()).as("polls once it is awake").isLessThanOrEqualTo(polls + 1);
        assertThat(other.data()).doesNotContain("{\"n\":1.5}");
        assertThat(data(first)).isEqualTo("{\"n\":2}");
        assertThat(a.owned()).isZero();
        assertThat(b.owned()).isEqualTo(1);
    }

    @Test
    void whatALateOwnerTellsIsRefused() {
        source.says("{\"n\":1}");
        a.join("1");
        RecordingOutlet client = b.join("1");
        client.awaitEvents(1);
        String key = a.url("1").toString();
        FakeStates.Node stranger = engine.node();
        Telling late = new Telling(key, new Stamp("a", 0, 99), "{\"n\":0}".getBytes(StandardCharsets.UTF_8), false);
        assertThat(stranger.tell(List.of(late)).toCompletableFuture().join()).containsExactly(key);
        pass(SECOND);
        assertThat(client.data()).containsExactly("{\"n\":1}");
    }

    @Test
    void aFailureAndItsEndReachTheClientsOfAllNodes() {
        source.says("{\"n\":1}");
        List<RecordingOutlet> clients = List.of(a.join("1"), b.join("1"));
        clients.forEach(client -> client.awaitEvents(1));
        source.fails(new SourceFailure("is ill"));
        pass(EVERY);
        clients.forEach(client -> client.awaitText("event: stale"));
        assertThat(b.watch("1").reason()).isEqualTo("The source is ill");
        RecordingOutlet later = c.join("1");
        later.awaitText("event: stale");
        later.awaitText("{\"n\":1}");
        source.says("{\"n\":1}");
        pass(Duration.ofSeconds(30));
        clients.forEach(client -> client.awaitText("event: fresh"));
        later.awaitText("event: fresh");
        assertThat(later.data()).containsOnlyOnce("{\"n\":1}");
    }

    @Test
    void whatIsUnchangedByItsValidatorIsFreshEverywhere() {
        source.says(new Reading.Value(ScriptedSource.json("{\"n\":1}"), "v1", Duration.ZERO));
        a.join("1");
        RecordingOutlet client = b.join("1");
        client.awaitEvents(1);
        source.fails(new SourceFailure("is ill"));
        pass(EVERY);
        client.awaitText("event: stale");
        source.says(new Reading.Unchanged(Duration.ZERO));
        pass(Duration.ofSeconds(30));
        client.awaitText("event: fresh");
        assertThat(b.watch("1").state()).isEqualTo(WatchInfo.State.FRESH);
    }

    @Test
    void aStatusEndsOnAllNodesAndNobodyPollsItAnyMore() {
        source.says("{\"state\":\"open\"}");
        List<RecordingOutlet> clients = List.of(a.join("1"), b.join("1"));
        clients.forEach(client -> client.awaitEvents(1));
        source.says("{\"state\":\"done\"}");
        pass(EVERY);
        clients.forEach(RecordingOutlet::awaitEnd);
        clients.forEach(client -> assertThat(client.text()).contains("event: end"));
        int polls = source.polls();
        RecordingOutlet later = c.join("1");
        later.awaitEnd();
        assertThat(later.text()).contains("event: end");
        pass(Duration.ofSeconds(30));
        assertThat(source.polls()).isEqualTo(polls);
    }

    @Test
    void aStatusThatIsGoneEndsOnAllNodes() {
        source.says("{\"n\":1}");
        List<RecordingOutlet> clients = List.of(a.join("1"), b.join("1"));
        clients.forEach(client -> client.awaitEvents(1));
        source.says(new Reading.Gone());
        pass(EVERY);
        clients.forEach(RecordingOutlet::awaitEnd);
        clients.forEach(client -> assertThat(client.text()).contains("event: end"));
    }

    @Test
    void aStatusThatIsMissingLongEnoughEndsOnAllNodes() {
        source.says("{\"n\":1}");
        List<RecordingOutlet> clients = List.of(a.join("1"), b.join("1"));
        clients.forEach(client -> client.awaitEvents(1));
        source.says(new Reading.Missing());
        pass(EVERY);
        clients.forEach(client -> client.awaitText("event: stale"));
        pass(Duration.ofSeconds(30));
        clients.forEach(RecordingOutlet::awaitEnd);
        assertThat(a.owned() + b.owned()).isZero();
    }

    @Test
    void aNodeThatLeavesHandsItsWatchesOverWithoutAnExtraPoll() {
        source.says("{\"n\":1}");
        a.join("1").awaitEvents(1);
        RecordingOutlet client = b.join("1");
        pass(EVERY.multipliedBy(4));
        int polls = source.polls();
        a.close();
        assertThat(b.owned()).isEqualTo(1);
        source.says("{\"n\":2}");
        pass(EVERY);
        client.awaitText("{\"n\":2}");
        pass(EVERY.multipliedBy(9));
        assertThat(source.polls() - polls).isBetween(10, 11);
        assertThat(source.longestSilence()).isLessThanOrEqualTo(EVERY);
    }

    @Test
    void anOwnerWithoutClientsLeavesTheWatchToANodeThatHasSome() {
        source.says("{\"n\":1}");
        RecordingOutlet leaver = a.join("1");
        leaver.awaitEvents(1);
        RecordingOutlet client = b.join("1");
        leaver.leave();
        await().until(() -> a.watch("1").clients() == 0);
        pass(Duration.ofSeconds(59));
        assertThat(a.owned()).as("it lingers").isEqualTo(1);
        pass(Duration.ofSeconds(3));
        assertThat(a.owned()).isZero();
        assertThat(b.owned()).isEqualTo(1);
        source.says("{\"n\":2}");
        pass(EVERY);
        client.awaitText("{\"n\":2}");
        assertThat(source.longestSilence()).isLessThanOrEqualTo(EVERY);
    }

    @Test
    void whileTheEngineIsAwayEachNodePollsForItsOwnClientsAndAfterwardsOneForAll() {
        source.says("{\"n\":1}");
        RecordingOutlet first = a.join("1");
        RecordingOutlet other = b.join("1");
        other.awaitEvents(1);
        pass(EVERY.multipliedBy(2));
        engine.setAway(true);
        pass(SECOND.multipliedBy(2));
        assertThat(other.text()).as("within the lease").doesNotContain("event: stale");
        pass(SECOND.multipliedBy(3));
        other.awaitText("event: stale");
        source.says("{\"n\":2}");
        pass(EVERY);
        first.awaitText("{\"n\":2}");
        other.awaitText("{\"n\":2}");
        other.awaitText("event: fresh");
        assertThat(first.text()).doesNotContain("event: stale");
        RecordingOutlet newcomer = c.join("1");
        pass(SECOND.multipliedBy(6));
        newcomer.awaitText("{\"n\":2}");
        engine.setAway(false);
        pass(SECOND.multipliedBy(2));
        assertThat(a.owned() + b.owned() + c.owned()).isEqualTo(1);
        int polls = source.polls();
        source.says("{\"n\":3}");
        pass(EVERY.multipliedBy(20));
        List.of(first, other, newcomer).forEach(client -> client.awaitText("{\"n\":3}"));
        assertThat(source.polls() - polls).isBetween(19, 22);
    }

    @Test
    void aNodeThatStartsWithoutTheEnginePollsForItselfAtOnce() {
        engine.setAway(true);
        source.says("{\"n\":1}");
        RecordingOutlet client = a.join("1");
        pass(SECOND.multipliedBy(2));
        client.awaitText("{\"n\":1}");
        engine.setAway(false);
        pass(SECOND.multipliedBy(3));
        assertThat(a.owned()).isEqualTo(1);
    }

    @Test
    void anEngineThatForgetsAllCostsOneMorePollEach() {
        source.says("{\"n\":1}");
        List<RecordingOutlet> clients = List.of(a.join("1"), b.join("1"), c.join("1"));
        clients.forEach(client -> client.awaitEvents(1));
        pass(EVERY.multipliedBy(3));
        int polls = source.polls();
        engine.flush();
        source.says("{\"n\":2}");
        pass(EVERY.multipliedBy(10));
        clients.forEach(client -> client.awaitText("{\"n\":2}"));
        assertThat(source.polls() - polls).isBetween(9, 13);
        assertThat(a.owned() + b.owned() + c.owned()).isEqualTo(1);
    }

    @Test
    void aLostAnswerLeavesNoWatchWithoutAnOwner() {
        source.says("{\"n\":1}");
        a.join("0").awaitEvents(1);
        b.join("0").awaitEvents(1);
        pass(SECOND);
        a.engine.setLosesAnswers(true);
        RecordingOutlet client = a.join("1");
        RecordingOutlet other = b.join("1");
        pass(SECOND);
        a.engine.setLosesAnswers(false);
        pass(EVERY.plus(TAKEOVER));
        client.awaitText("{\"n\":1}");
        other.awaitText("{\"n\":1}");
        int polls = source.polls();
        pass(EVERY.multipliedBy(20));
        assertThat(source.polls() - polls).as("two watches").isBetween(38, 43);
    }

    @Test
    void aNodeThatMissedSomethingAsksHowItStands() {
        source.says("{\"n\":1}");
        a.join("1").awaitEvents(1);
        RecordingOutlet client = b.join("1");
        client.awaitEvents(1);
        b.engine.setCut(true);
        source.says("{\"n\":2}");
        pass(EVERY.dividedBy(2));
        b.engine.miss();
        b.engine.setCut(false);
        pass(SECOND.multipliedBy(3));
        client.awaitText("{\"n\":2}");
    }

    @Test
    void aStatusTooLargeToShareFailsInWordsOnAllNodes() {
        source.says("{\"n\":1}");
        List<RecordingOutlet> clients = List.of(a.join("1"), b.join("1"));
        clients.forEach(client -> client.awaitEvents(1));
        source.says(Reading.ofText("x".repeat(9 << 20)));
        pass(EVERY);
        clients.forEach(client -> client.awaitText("too large to be shared by several servers"));
    }

    @Test
    void aNodeThatNobodyAsksLeavesTheEngineAlone() {
        assertThat(engine.calls()).isZero();
    }
}
