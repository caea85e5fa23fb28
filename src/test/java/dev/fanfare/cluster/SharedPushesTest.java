package dev.fanfare.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.hub.Hub;
import dev.fanfare.hub.HubFixture;
import dev.fanfare.hub.HubSettings;
import dev.fanfare.log.LogMode;
import dev.fanfare.log.SharedLog;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Statuses that are pushed on one node of several. */
@Timeout(240)
class SharedPushesTest {
    private static final Map<String, String> JOB = Map.of("job", "a b/1");

    private final ManualTicker ticker = new ManualTicker();
    private final FakeSharedLog engine = new FakeSharedLog(ticker);
    private final List<Node> nodes = new ArrayList<>();

    private final class Node {
        final FakeSharedLog.Node log = engine.node();
        final ReplicatedHistory history =
                new ReplicatedHistory(log, HubFixture.memory(), ticker, Duration.ofSeconds(5));
        final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker, 1);
        final Hub hub = new Hub(history, loops, HubSettings.of(LogMode.RESUMABLE, 1000, 1 << 20));
        final Statuses statuses = new Statuses(loops, 1000, 1 << 20, hub, history);

        Node() {
            statuses.registerPushed(
                    "builds", SourceSettings.builder().params("job").build());
            nodes.add(this);
            history.start();
            await().until(history::isReady);
        }

        StatusUrl url() {
            return statuses.url("builds", Map.of("job", List.of("a b/1")));
        }

        void set(String json) {
            HubFixture.join(statuses.set("builds", JOB, JsonText.read(json)));
        }

        boolean end() {
            return HubFixture.join(statuses.end("builds", JOB));
        }

        RecordingOutlet watch() {
            RecordingOutlet client = new RecordingOutlet();
            statuses.join(url(), null, client, reason -> {});
            return client;
        }

        String shown() {
            CompletionStage<Snapshot> snapshot = statuses.snapshot(url());
            return HubFixture.join(snapshot) instanceof Snapshot.Known known
                    ? known.status().json()
                    : "nothing";
        }

        void close() {
            statuses.close();
            loops.close();
            history.close();
        }
    }

    @AfterEach
    void close() {
        nodes.forEach(Node::close);
    }

    private static List<String> types(RecordingOutlet client) {
        return client.events().stream().map(Received::type).toList();
    }

    @Test
    void whatIsSetOnOneNodeReachesWatchersOfAll() {
        Node one = new Node();
        Node other = new Node();
        RecordingOutlet waits = other.watch();
        RecordingOutlet near = one.watch();
        one.set("1");
        waits.awaitEvents(1);
        other.set("2");
        one.set("2");
        one.set("3");
        waits.awaitEvents(3);
        near.awaitEvents(3);
        assertThat(waits.data()).containsExactly("1", "2", "3");
        assertThat(near.data()).containsExactly("1", "2", "3");
        assertThat(one.shown()).isEqualTo("3");
    }

    @Test
    void aStatusIsFoundWhereItWasSetAsSoonAsItIsAnswered() {
        Node one = new Node();
        one.set("1");
        assertThat(one.shown()).isEqualTo("1");
        one.set("2");
        assertThat(one.shown()).isEqualTo("2");
    }

    @Test
    void anEndOnOneNodeEndsWhatIsNewestInTheLogOnAll() {
        Node one = new Node();
        Node late = new Node();
        one.set("1");
        RecordingOutlet near = one.watch();
        RecordingOutlet far = late.watch();
        far.awaitEvents(1);
        near.awaitEvents(1);
        late.log.hold();
        one.set("2");
        assertThat(HubFixture.join(late.history.last(late.url().topic()))
                        .orElseThrow()
                        .position())
                .isEqualTo(1);
        CompletionStage<Boolean> ended = late.statuses.end("builds", JOB); // it has not heard of the 2
        late.log.release();
        assertThat(HubFixture.join(ended)).isTrue();
        near.awaitEnd();
        far.awaitEnd();
        assertThat(near.data()).containsExactly("1", "2", "2");
        assertThat(far.data()).containsExactly("1", "2", "2");
        assertThat(types(near)).containsExactly("update", "update", "end");
        assertThat(one.end()).isFalse();
        RecordingOutlet restored = new Node().watch(); // the end in the log says 1
        restored.awaitEnd();
        assertThat(types(restored)).endsWith("end");
        assertThat(restored.data()).containsOnly("2");
    }

    @Test
    void aStatusBeginsAnewOnAllNodesAfterItsEnd() {
        Node one = new Node();
        Node other = new Node();
        one.set("1");
        await().until(() -> other.shown().equals("1"));
        assertThat(other.end()).isTrue();
        one.set("2");
        await().until(() -> other.shown().equals("2"));
        RecordingOutlet client = other.watch();
        client.awaitEvents(1);
        assertThat(client.data()).containsExactly("2");
    }

    @Test
    void allNodesShowTheSameInTheEndWhoeverSetsItAtTheSameTime() throws Exception {
        List<Node> three = List.of(new Node(), new Node(), new Node());
        List<RecordingOutlet> clients = three.stream().map(Node::watch).toList();
        ExecutorService setters = Executors.newFixedThreadPool(3);
        List<Future<?>> done = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            Node node = three.get(n);
            int of = n;
            done.add(setters.submit(() -> {
                for (int i = 0; i < 50; i++) {
                    node.set(String.valueOf(of * 1000 + i));
                }
            }));
        }
        for (Future<?> setter : done) {
            setter.get();
        }
        setters.shutdown();
        three.get(0).set("9999");
        for (int n = 0; n < 3; n++) {
            Node node = three.get(n);
            RecordingOutlet client = clients.get(n);
            await().until(() -> node.shown().equals("9999"));
            await().until(() -> client.data().contains("9999"));
            assertThat(client.data()).endsWith("9999");
        }
    }

    @Test
    void aNodeThatComesLaterFindsWhatWasSetBefore() {
        Node one = new Node();
        one.set("1");
        Node fresh = new Node();
        assertThat(fresh.shown()).isEqualTo("1");
        one.end();
        Node later = new Node();
        RecordingOutlet client = later.watch();
        client.awaitEnd();
        assertThat(types(client)).endsWith("end");
    }

    @Test
    void aStatusThatTheEngineLostIsWhatItWasBefore() {
        Node one = new Node();
        Node other = new Node();
        one.set("1");
        RecordingOutlet client = other.watch();
        client.awaitEvents(1);
        one.set("2");
        client.awaitEvents(2);
        engine.lose(1);
        await().until(() -> one.hub.dispatched() >= SharedLog.JUMP && other.hub.dispatched() >= SharedLog.JUMP);
        client.awaitEvents(3);
        assertThat(client.data()).containsExactly("1", "2", "1");
        one.set("3");
        client.awaitEvents(4);
        assertThat(other.shown()).isEqualTo("3");
    }
}
