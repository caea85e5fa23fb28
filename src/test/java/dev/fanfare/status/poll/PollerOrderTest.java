package dev.fanfare.status.poll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.status.Reading;
import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.testing.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a poller tells while other threads go on with its read: a failure that is being told never comes after a good answer. */
class PollerOrderTest {
    private static final SourceSettings SETTINGS =
            SourceSettings.builder().timeout(Duration.ofSeconds(5)).build();
    private static final SourceSettings PATIENT =
            SourceSettings.builder().timeout(Duration.ofMinutes(5)).build();

    private final ManualTicker ticker = new ManualTicker();
    private final PollGate gate = new PollGate(1);
    private final CircuitBreaker breaker = new CircuitBreaker(SETTINGS.every(), () -> 1.0);
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<Reading> stuck = new CompletableFuture<>();

    private Poller poller(CompletionStage<Reading> answer, SourceSettings settings, PollListener listener) {
        return new Poller(
                (params, validator) -> answer,
                Map.of(),
                settings,
                gate,
                breaker,
                ticker,
                () -> 1.0,
                listener,
                () -> Duration.ZERO);
    }

    private PollListener listener(Runnable whileFailing) {
        return new PollListener() {
            @Override
            public void told(Reading reading) {
                told.add("told");
            }

            @Override
            public void failed(SourceFailure failure, Duration nextIn, boolean asked) {
                whileFailing.run();
                told.add("failed");
            }
        };
    }

    /** Hears nothing. */
    private static PollListener deaf() {
        return new PollListener() {
            @Override
            public void told(Reading reading) {}

            @Override
            public void failed(SourceFailure failure, Duration nextIn, boolean asked) {}
        };
    }

    private static CompletionStage<Reading> good() {
        return CompletableFuture.completedStage(Reading.of(ScriptedSource.json("1")));
    }

    @Test
    void aWaitInTheQueueThatIsBeingToldComesBeforeTheAnswer() {
        Poller first = poller(stuck, PATIENT, deaf());
        first.start();
        // The gate has room for the second one in the very moment in which it is told that there is none.
        Poller second = poller(good(), SETTINGS, listener(() -> stuck.complete(new Reading.Gone())));
        second.start();
        ticker.advance(Duration.ofSeconds(5));
        first.stop();
        second.stop();
        assertThat(told).containsExactly("failed", "told");
        assertThat(gate.open()).isZero();
    }

    @Test
    void aLateAnswerThatCompletesWhileTheTimeoutIsToldStartsNoReadBeforeTheListenerHasHeard() {
        List<CompletableFuture<Reading>> reads = new ArrayList<>();
        List<Integer> readsWhileTold = new ArrayList<>();
        Poller poller = new Poller(
                (params, validator) -> {
                    reads.add(new CompletableFuture<>());
                    return reads.get(reads.size() - 1);
                },
                Map.of(),
                SETTINGS,
                gate,
                breaker,
                ticker,
                () -> 1.0,
                new PollListener() {
                    @Override
                    public void told(Reading reading) {
                        told.add("told");
                    }

                    @Override
                    public void failed(SourceFailure failure, Duration nextIn, boolean asked) {
                        reads.get(0).complete(new Reading.Gone());
                        readsWhileTold.add(reads.size());
                        told.add("failed");
                    }
                },
                () -> Duration.ZERO);
        poller.start();
        ticker.advance(Duration.ofSeconds(5));
        assertThat(told).containsExactly("failed");
        assertThat(gate.open()).as("its read is over").isZero();
        ticker.advance(Duration.ofMinutes(1));
        assertThat(readsWhileTold).startsWith(1);
        assertThat(reads).hasSizeGreaterThan(1);
        poller.stop();
    }
}
