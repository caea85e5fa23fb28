package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.status.Reading;
import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.poll.PolledSource;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** What clients get of a status whose source fails, hangs or is slow. */
class FailingSourcesTest extends StatusesFixture {
    @Test
    void whileTheSourceFailsAStreamOpensAndWaits() {
        source.fails(new SourceFailure("answers with status 500"));
        RecordingOutlet client = join("1");
        source.says(RUNNING);
        ticker.advance(EVERY.multipliedBy(2));
        client.awaitEvents(3);
        assertThat(client.events()).extracting(Received::type).containsExactly("stale", "fresh", "update");
        assertThat(client.events()).endsWith(update(RUNNING));
    }

    @Test
    void aStreamThatWaitedEndsIfThereIsNoSuchStatus() {
        source.fails(new SourceFailure("answers with status 500"));
        RecordingOutlet client = join("1");
        source.says(new Reading.Gone());
        ticker.advance(EVERY.multipliedBy(2));
        client.awaitEnd();
        assertThat(client.events()).extracting(Received::type).containsExactly("stale");
        assertThat(admit("1", null)).isEqualTo(Admission.MISSING);
    }

    @Test
    void aSnapshotOfAFailingSourceSaysWhyAndWhenItIsAskedAgain() {
        source.fails(new SourceFailure("answers with status 500"));
        assertThat(snapshot("1")).isInstanceOfSatisfying(Snapshot.Failing.class, failing -> {
            assertThat(failing.reason()).isEqualTo("answers with status 500");
            assertThat(failing.retryAfter()).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
        });
        assertThat(snapshot("1")).as("answered without another poll").isInstanceOf(Snapshot.Failing.class);
        assertThat(source.reads()).isEqualTo(1);
    }

    @Test
    void whatAForeignExceptionSaysIsNotForClients() {
        source.fails(new IllegalStateException("jdbc:secret"));
        assertThat(snapshot("1"))
                .isInstanceOfSatisfying(
                        Snapshot.Failing.class,
                        failing -> assertThat(failing.reason()).doesNotContain("secret"));
    }

    @Test
    void aSourceThatThrowsFailsLikeOneThatSaysSo() {
        source.answers(() -> {
            throw new IllegalArgumentException("no");
        });
        assertThat(snapshot("1")).isInstanceOf(Snapshot.Failing.class);
    }

    @Test
    void aReadThatEndsInAnErrorIsAFailureAndTheSourceIsAskedAgain() {
        source.answers(() -> {
            throw new NoClassDefFoundError("a.Driver");
        });
        RecordingOutlet client = join("1");
        source.answers(() -> CompletableFuture.failedStage(new OutOfMemoryError("no room")));
        ticker.advance(EVERY.multipliedBy(2));
        assertThat(source.reads()).isEqualTo(2);
        source.says(RUNNING);
        ticker.advance(EVERY.multipliedBy(4));
        client.awaitEvents(3);
        assertThat(client.events()).endsWith(update(RUNNING));
        assertThat(statuses.stats("jobs").failed()).isEqualTo(2);
    }

    @Test
    void aStatusThatCantBePassedOnIsAFailureAndTheSourceIsAskedAgain() {
        source.says(new Reading.Value(unreadable(), null, Duration.ZERO));
        RecordingOutlet client = join("1");
        assertThat(snapshot("1")).isInstanceOf(Snapshot.Failing.class);
        source.says(RUNNING);
        ticker.advance(EVERY.multipliedBy(2));
        client.awaitEvents(3);
        assertThat(client.events()).endsWith(update(RUNNING));
    }

    /** A value of a foreign JSON library with a fault. */
    private static JsonValue unreadable() {
        return new JsonValue() {
            @Override
            public ValueType getValueType() {
                throw new NoSuchMethodError("of another version");
            }

            @Override
            public String toString() {
                return "1";
            }
        };
    }

    @Test
    void theLastStatusStaysWhileTheSourceFails() {
        source.says(RUNNING);
        RecordingOutlet first = join("1");
        source.fails(new SourceFailure("answers with status 500"));
        ticker.advance(EVERY.multipliedBy(4));
        RecordingOutlet second = join("1");
        second.awaitEvents(2);
        assertThat(second.events()).startsWith(update(RUNNING)).hasSize(2);
        assertThat(snapshot("1")).isInstanceOf(Snapshot.Known.class);
        assertThat(first.isFinished()).isFalse();
    }

    @Test
    void aFailingSourceIsAskedEverMoreSeldomUntilItWorks() {
        source.fails(new SourceFailure("answers with status 500"));
        join("1");
        List<Long> gaps = new ArrayList<>();
        long last = 0;
        for (int reads = source.reads(); gaps.size() < 6; ) {
            ticker.advance(Duration.ofMillis(100));
            if (source.reads() > reads) {
                reads = source.reads();
                gaps.add(Math.round((ticker.nanos() - last) / 1e9));
                last = ticker.nanos();
            }
        }
        assertThat(gaps).containsExactly(6L, 12L, 24L, 48L, 60L, 60L);
        source.says(RUNNING);
        ticker.advance(Duration.ofSeconds(60));
        int before = source.reads();
        ticker.advance(EVERY.multipliedBy(3));
        assertThat(source.reads()).isEqualTo(before + 3);
    }

    @Test
    void theSourceSaysWhenItWantsToBeAskedAgain() {
        source.fails(new SourceFailure("answers with status 503", "503", Duration.ofSeconds(90), null));
        join("1");
        ticker.advance(Duration.ofSeconds(89));
        assertThat(source.reads()).isEqualTo(1);
        source.says(new Reading.Value(ScriptedSource.json(RUNNING), "v", Duration.ofSeconds(40)));
        ticker.advance(Duration.ofSeconds(1));
        assertThat(source.reads()).isEqualTo(2);
        ticker.advance(Duration.ofSeconds(39));
        assertThat(source.reads()).isEqualTo(2);
        source.says(new Reading.Unchanged(Duration.ZERO));
        ticker.advance(Duration.ofSeconds(1));
        assertThat(source.reads()).isEqualTo(3);
        assertThat(source.lastValidator()).isEqualTo("v");
        ticker.advance(EVERY);
        assertThat(source.reads()).isEqualTo(4);
    }

    @Test
    void readsOfAWatchNeverOverlapEvenIfTheyTakeLongerThanTheTimeout() {
        List<CompletableFuture<Reading>> stages = new ArrayList<>();
        source.answers(() -> {
            CompletableFuture<Reading> stuck = new CompletableFuture<>() {
                @Override
                public boolean cancel(boolean mayInterrupt) {
                    return false;
                }
            };
            stages.add(stuck);
            return stuck;
        });
        CompletableFuture<Admission> admission = statuses.admit(url("1"), null).toCompletableFuture();
        assertThat(admission).isNotDone();
        ticker.advance(Duration.ofSeconds(5));
        assertThat(admission).isCompletedWithValue(Admission.STREAM);
        RecordingOutlet client = join("1");
        ticker.advance(Duration.ofMinutes(10));
        assertThat(source.reads()).isEqualTo(1);
        stages.get(0).complete(Reading.of(ScriptedSource.json(QUEUED)));
        source.says(RUNNING);
        ticker.advance(Duration.ofMinutes(1));
        client.awaitEvents(3);
        assertThat(client.events())
                .as("what came too late does not count")
                .extracting(Received::type)
                .containsExactly("stale", "fresh", "update");
        assertThat(client.events()).endsWith(update(RUNNING));
        assertThat(source.mostOpen()).isEqualTo(1);
    }

    @Test
    void aWatchWhoseReadIsStuckIsNotReplacedByOneThatReadsBesideIt() {
        CompletableFuture<Reading> stuck = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterrupt) {
                return false;
            }
        };
        source.answers(() -> stuck);
        assertThat(admit("1", null)).isNull();
        ticker.advance(Duration.ofMinutes(5));
        assertThat(admit("1", null)).isEqualTo(Admission.STREAM);
        assertThat(source.reads()).isEqualTo(1);
    }

    @Test
    void aReadThatTakesTooLongIsCancelled() {
        List<CompletableFuture<Reading>> stages = new ArrayList<>();
        source.answers(() -> {
            stages.add(new CompletableFuture<>());
            return stages.get(stages.size() - 1);
        });
        assertThat(snapshot("1")).isNull();
        ticker.advance(Duration.ofSeconds(5));
        assertThat(stages.get(0)).isCancelled();
        assertThat(snapshot("1"))
                .isInstanceOfSatisfying(
                        Snapshot.Failing.class,
                        failing -> assertThat(failing.reason()).isEqualTo("does not answer in time"));
    }

    @Test
    void whatNobodyWatchesIsForgottenAlsoWhileTheWholeSourceIsDown() {
        source.fails(SourceFailure.outage("can't be reached", "refused", Duration.ZERO, null));
        for (int i = 0; i < 30; i++) {
            assertThat(snapshot("" + i)).isInstanceOf(Snapshot.Failing.class);
        }
        assertThat(source.reads()).isEqualTo(PolledSource.MOST_FAILING);
        ticker.advance(Duration.ofMinutes(1));
        assertThat(statuses.watches()).isZero();
        assertThat(statuses.stats("jobs").failing()).isZero();
        ticker.advance(Duration.ofHours(1));
        assertThat(source.reads()).isEqualTo(PolledSource.MOST_FAILING);
    }

    @Test
    void whoWaitsInTheQueueOfASlowSourceIsToldSoAndNotThatTheServiceStops() {
        statuses.register("slow", source, settings().maxPolls(1).build());
        source.answers(CompletableFuture::new);
        statuses.snapshot(statuses.url("slow", Map.of("job", List.of("1"))));
        CompletableFuture<Snapshot> queued = statuses.snapshot(statuses.url("slow", Map.of("job", List.of("2"))))
                .toCompletableFuture();
        ticker.advance(EVERY.multipliedBy(2));
        assertThat(queued).isDone();
        assertThat(queued.join()).isInstanceOf(Snapshot.Failing.class);
    }

    @Test
    void failingAndRecoveringIsOneLineEachHoweverManyPollsFail() {
        List<String> lines = new ArrayList<>();
        Logger logger = Logger.getLogger(SourceHealth.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getLevel() + " " + line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setLevel(Level.INFO);
        try {
            source.fails(new SourceFailure("answers with status 500"));
            join("secret-1");
            join("secret-2");
            ticker.advance(Duration.ofMinutes(10));
            source.says(QUEUED);
            ticker.advance(Duration.ofMinutes(2));
        } finally {
            logger.removeHandler(handler);
            logger.setLevel(null);
        }
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .startsWith("WARNING")
                .contains("'jobs'", "status 500")
                .doesNotContain("secret");
        assertThat(lines.get(1)).startsWith("INFO").contains("'jobs' works again");
    }

    @Test
    void aSourceThatComesAndGoesAtEachPollIsToldInTurnAndEndsWithItsNewestStatus() {
        source.says("0");
        RecordingOutlet client = join("1");
        for (int i = 1; i <= 100; i++) {
            source.fails(new SourceFailure("answers with status 500"));
            ticker.advance(Duration.ofSeconds(6));
            source.says("" + i);
            ticker.advance(Duration.ofSeconds(12));
        }
        client.awaitEvents(301);
        assertThat(client.events().subList(1, 301)).extracting(Received::type).startsWith("stale", "fresh", "update");
        assertThat(client.events().get(300).data()).isEqualTo("100");
    }
}
