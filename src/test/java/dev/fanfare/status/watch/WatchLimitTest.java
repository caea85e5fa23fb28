package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.status.Reading;
import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.TooManyWatches;
import dev.fanfare.testing.RecordingOutlet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How many statuses a source has watches for, and which one makes room. */
class WatchLimitTest extends StatusesFixture {
    private StatusUrl few(String job) {
        return statuses.url("few", Map.of("job", List.of(job)));
    }

    private RecordingOutlet joinFew(String job) {
        assertThat(statuses.admit(few(job), null)).isCompletedWithValue(Admission.STREAM);
        RecordingOutlet client = new RecordingOutlet();
        statuses.join(few(job), null, client, reason -> {});
        client.awaitEvents(1);
        return client;
    }

    private List<String> watchesOfFew() {
        return statuses.watches("few").stream()
                .map(watch -> watch.url().params().get("job"))
                .toList();
    }

    @Test
    void moreWatchesThanTheLimitAreRefusedWhileAllHaveClients() {
        statuses.register("few", source, settings().maxWatches(1).build());
        source.says(QUEUED);
        RecordingOutlet first = joinFew("1");
        assertThat(statuses.admit(few("2"), null)).isCompletedWithValue(Admission.FULL);
        assertThat(statuses.snapshot(few("2"))).isCompletedWithValue(new Snapshot.Full(Duration.ofSeconds(30)));
        RecordingOutlet refused = new RecordingOutlet();
        statuses.join(few("2"), null, refused, reason -> {});
        refused.awaitEnd();
        leave(first);
        assertThat(statuses.admit(few("2"), null)).isCompletedWithValue(Admission.STREAM);
    }

    @Test
    void aClientThatNeedsAWatchGetsTheSlotOfTheOneThatHasLingeredLongest() {
        statuses.register("few", source, settings().maxWatches(3).build());
        source.says(QUEUED);
        leave(joinFew("1"));
        leave(joinFew("2"));
        joinFew("3");
        leave(joinFew("1"));
        joinFew("4");
        assertThat(watchesOfFew()).containsExactly("1", "3", "4");
        leave(joinFew("5"));
        assertThat(watchesOfFew()).containsExactly("3", "4", "5");
    }

    @Test
    void streamsThatWereOpenedAndClosedRefuseNobody() {
        statuses.register("few", source, settings().maxWatches(50).build());
        source.says(QUEUED);
        for (int i = 0; i < 200; i++) {
            leave(joinFew("" + i));
        }
        assertThat(statuses.stats("few").watches()).isEqualTo(50);
        assertThat(statuses.stats("few").failing()).isZero();
    }

    @Test
    void aWatchWithAnOpenQuestionIsNotGivenUp() {
        statuses.register("few", source, settings().maxWatches(1).build());
        CompletableFuture<Reading> slow = new CompletableFuture<>();
        source.answers(() -> slow);
        CompletableFuture<Snapshot> first = statuses.snapshot(few("1")).toCompletableFuture();
        assertThat(statuses.admit(few("2"), null)).isCompletedWithValue(Admission.FULL);
        slow.complete(Reading.of(ScriptedSource.json(QUEUED)));
        assertThat(first.join()).isInstanceOf(Snapshot.Known.class);
        source.says(QUEUED);
        assertThat(statuses.admit(few("2"), null)).isCompletedWithValue(Admission.STREAM);
    }

    @Test
    void endedPushedStatusesDoNotCountAgainstTheLimitAndStayFew() {
        statuses.registerPushed("few", settings().maxWatches(2).build());
        for (int i = 0; i < 100; i++) {
            Map<String, String> params = Map.of("job", "" + i);
            assertThat(statuses.set("few", params, ScriptedSource.json(RUNNING)))
                    .isCompleted();
            assertThat(statuses.end("few", params)).isCompletedWithValue(true);
        }
        assertThat(statuses.stats("few").watches()).isLessThanOrEqualTo(2);
    }

    @Test
    void clientsThatWatchWhatNobodySetsDoNotKeepPublishersOut() {
        statuses.registerPushed("few", settings().maxWatches(2).build());
        for (int i = 0; i < 2; i++) {
            statuses.join(few("made-up-" + i), null, new RecordingOutlet(), reason -> {});
        }
        assertThat(statuses.admit(few("made-up-3"), null)).isCompletedWithValue(Admission.FULL);
        assertThat(statuses.set("few", Map.of("job", "1"), ScriptedSource.json(RUNNING)))
                .isCompleted();
        assertThat(statuses.set("few", Map.of("job", "made-up-1"), ScriptedSource.json(RUNNING)))
                .isCompleted();
        assertThatThrownBy(() -> statuses.set("few", Map.of("job", "3"), ScriptedSource.json(RUNNING)))
                .isInstanceOf(TooManyWatches.class)
                .hasMessageContaining("fanfare.limits.watches");
    }

    @Test
    void aStatusThatIsSetJustAfterSomebodyAskedForItStays() {
        statuses.registerPushed("builds", settings().build());
        StatusUrl url = statuses.url("builds", Map.of("job", List.of("1")));
        assertThat(statuses.snapshot(url)).isCompletedWithValue(new Snapshot.Missing());
        statuses.set("builds", Map.of("job", "1"), ScriptedSource.json(RUNNING));
        ticker.advance(Duration.ofDays(1));
        assertThat(statuses.snapshot(url).toCompletableFuture().join()).isInstanceOf(Snapshot.Known.class);
    }
}
