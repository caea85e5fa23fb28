package dev.fanfare.status.watch;

import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.Ticker;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.FakeStates;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One of several nodes that share their polls: its own time, which can be frozen, and its way to the engine. */
final class StatusNode implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(3);

    /** The time of all, which stands still for one process while that is stopped. */
    private static final class OwnTicker implements Ticker {
        private final ManualTicker all;
        private final List<Runnable> overdue = new ArrayList<>();
        private boolean isFrozen;

        OwnTicker(ManualTicker all) {
            this.all = all;
        }

        @Override
        public long nanos() {
            return all.nanos();
        }

        @Override
        public Instant now() {
            return all.now();
        }

        @Override
        public Alarm schedule(Duration delay, Runnable task) {
            boolean[] cancelled = new boolean[1];
            Alarm alarm = all.schedule(delay, () -> ring(task, cancelled));
            return () -> {
                cancelled[0] = true;
                alarm.cancel();
            };
        }

        private void ring(Runnable task, boolean[] cancelled) {
            if (isFrozen) {
                overdue.add(() -> ring(task, cancelled));
            } else if (!cancelled[0]) {
                task.run();
            }
        }

        void freeze() {
            isFrozen = true;
        }

        void thaw() {
            isFrozen = false;
            List<Runnable> due = List.copyOf(overdue);
            overdue.clear();
            due.forEach(Runnable::run);
        }
    }

    final FakeStates.Node engine;
    final Statuses statuses;
    private final OwnTicker ticker;
    private final WriterLoops loops;

    StatusNode(String name, FakeStates engine, ManualTicker time) {
        this.ticker = new OwnTicker(time);
        this.loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
        this.statuses = new Statuses(loops, () -> 0.5);
        this.engine = engine.node();
        statuses.share(this.engine, name, LEASE);
    }

    StatusNode polls(StatusSource source, SourceSettings settings) {
        statuses.register("jobs", source, settings);
        return this;
    }

    StatusUrl url(String job) {
        return statuses.url("jobs", Map.of("job", List.of(job)));
    }

    RecordingOutlet join(String job) {
        return join(job, Map.of());
    }

    RecordingOutlet join(String job, Map<String, List<String>> wishes) {
        RecordingOutlet outlet = new RecordingOutlet();
        StreamOptions options = statuses.options("jobs", wishes);
        statuses.joining(url(job), options, null).join(outlet, null, reason -> {});
        outlet.awaitText(":\nretry: ");
        return outlet;
    }

    @Nullable
    Snapshot snapshot(String job) {
        return statuses.snapshot(url(job)).toCompletableFuture().getNow(null);
    }

    int owned() {
        return statuses.owned("jobs");
    }

    WatchInfo watch(String job) {
        return statuses.watches("jobs").stream()
                .filter(info -> info.url().equals(url(job)))
                .findFirst()
                .orElseThrow();
    }

    /** Stops the whole process: nothing is done, and nothing comes. */
    void freeze() {
        ticker.freeze();
        engine.setHung(true);
    }

    /** It goes on, and does what has become due meanwhile first, before it hears anything. */
    void thaw() {
        ticker.thaw();
        engine.setHung(false);
    }

    /** It is gone, and says farewell to nobody. */
    void kill() {
        engine.setCut(true);
        ticker.freeze();
    }

    @Override
    public void close() {
        statuses.close();
        loops.close();
    }
}
