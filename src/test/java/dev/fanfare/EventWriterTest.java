package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.event.Event;
import dev.fanfare.stream.PrivateStream;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.StreamClosed;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class EventWriterTest {
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, new ManualTicker());
    private final ExecutorService threads =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "of-the-service"));
    private final RecordingOutlet outlet = new RecordingOutlet();
    private final EventWriter writer = new EventWriter(
            onClose -> PrivateStream.open(
                    loops, outlet, List.of(), Reader.UNKNOWN, threads, () -> {}, reason -> onClose.run()),
            threads);

    @AfterEach
    void close() {
        loops.close();
        threads.shutdown();
    }

    private static void join(CompletionStage<Void> stage) {
        stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Test
    void whatHangsOnTheStagesRunsInTheServicesOwnThreads() {
        CompletionStage<String> sent =
                writer.send("1").thenApply(done -> Thread.currentThread().getName());
        CompletionStage<String> ended =
                writer.ended().thenApply(done -> Thread.currentThread().getName());
        writer.close();
        assertThat(ended.toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(60))
                .isEqualTo("of-the-service");
        assertThat(sent.toCompletableFuture()).isCompleted();
    }

    @Test
    void sendsTextsAndEvents() {
        join(writer.send("1"));
        join(writer.send(Event.builder().type("t").data("2").build()));
        assertThat(outlet.text()).isEqualTo("data: 1\n\nevent: t\ndata: 2\n\n");
        assertThat(writer.isEnded()).isFalse();
    }

    @RepeatedTest(50)
    void whatIsSentJustBeforeItIsClosedArrives() {
        for (int i = 0; i < 100; i++) {
            writer.send("" + i);
        }
        CompletionStage<Void> last = writer.send("last");
        writer.close();
        join(last);
        join(writer.ended());
        assertThat(outlet.isFinished()).isTrue();
        assertThat(outlet.data()).hasSize(101).endsWith("last");
    }

    @Test
    void tellsThatTheClientLeft() {
        outlet.awaitOpen();
        outlet.leave();
        join(writer.ended());
        assertThat(writer.isEnded()).isTrue();
        assertThatThrownBy(() -> join(writer.send("late"))).hasCauseInstanceOf(StreamClosed.class);
    }

    @Test
    void closingTwiceIsClosingOnce() {
        writer.close();
        writer.close();
        join(writer.ended());
        assertThat(outlet.isFinished()).isTrue();
    }
}
