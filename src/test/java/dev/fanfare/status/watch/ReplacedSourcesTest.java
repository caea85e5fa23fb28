package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.status.Reading;
import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceChange;
import dev.fanfare.status.SourceDefinition;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.testing.RecordingOutlet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sources that are replaced, added and removed while clients watch their statuses. */
@Timeout(60)
class ReplacedSourcesTest extends StatusesFixture {
    private final ScriptedSource other = new ScriptedSource();

    private void replace(SourceSettings settings, boolean tellsTheSame) {
        change(new SourceChange("jobs", new SourceDefinition(other, settings, tellsTheSame)));
    }

    private void change(SourceChange change) {
        statuses.change(List.of(change), () -> {});
    }

    private RecordingOutlet watching(String json) {
        source.says(json);
        RecordingOutlet client = join("42");
        client.awaitEvents(1);
        assertThat(client.events()).containsExactly(update(json));
        return client;
    }

    @Test
    void aClientGoesOnUnderTheNewDefinitionWithoutALostOrDoubledEvent() {
        RecordingOutlet client = watching(QUEUED);
        other.says(QUEUED);

        replace(settings().build(), false);
        await().until(() -> other.reads() == 1);
        other.says(RUNNING);
        ticker.advance(EVERY);

        client.awaitEvents(2);
        assertThat(client.events()).containsExactly(update(QUEUED), update(RUNNING));
        int polls = source.reads();
        other.says(DONE);
        ticker.advance(EVERY);
        client.awaitEvents(4);
        assertThat(client.events()).containsExactly(update(QUEUED), update(RUNNING), update(DONE), end(DONE));
        assertThat(source.reads()).as("the old one is asked no more").isEqualTo(polls);
    }

    @Test
    void whoComesLaterGetsNothingThatTheOldDefinitionTold() {
        RecordingOutlet client = watching(QUEUED);
        CompletableFuture<Reading> answer = new CompletableFuture<>();
        other.answers(() -> answer);

        replace(settings().build(), false);
        CompletableFuture<Snapshot> asked = statuses.snapshot(url("42")).toCompletableFuture();
        assertThat(asked).isNotDone();
        RecordingOutlet late = new RecordingOutlet();
        statuses.join(url("42"), null, late, reason -> {});
        answer.complete(Reading.of(ScriptedSource.json(RUNNING)));

        late.awaitEvents(1);
        assertThat(late.events()).containsExactly(update(RUNNING));
        client.awaitEvents(2);
        assertThat(client.events()).containsExactly(update(QUEUED), update(RUNNING));
        assertThat(asked.join()).isInstanceOf(Snapshot.Known.class);
    }

    @Test
    void whatIsKnownStaysKnownWhereOnlyTheSettingsChange() {
        RecordingOutlet client = watching(QUEUED);
        CompletableFuture<Reading> answer = new CompletableFuture<>();
        other.answers(() -> answer);

        replace(settings().end("/state=running").build(), true);

        assertThat(snapshot("42")).isInstanceOf(Snapshot.Known.class);
        answer.complete(Reading.of(ScriptedSource.json(RUNNING)));
        client.awaitEvents(3);
        assertThat(client.events()).containsExactly(update(QUEUED), update(RUNNING), end(RUNNING));
    }

    @Test
    void whoLookedASourceUpBeforeItWasReplacedGetsNothingOfIt() {
        source.says(QUEUED);
        other.says(RUNNING);
        SourceView before = statuses.source("jobs");
        StatusUrl url = before.url(Map.of("job", List.of("42")));
        StreamOptions options = before.options(Map.of());
        Joining admitted = before.joining(url, options, null);
        assertThat(admitted.admission().toCompletableFuture().join()).isEqualTo(Admission.STREAM);

        replace(settings().build(), false);

        assertThatThrownBy(() -> before.joining(url, options, null)).isInstanceOf(SourceReplaced.class);
        assertThatThrownBy(() -> before.snapshot(url, options)).isInstanceOf(SourceReplaced.class);
        RecordingOutlet late = new RecordingOutlet();
        admitted.join(late, null, reason -> {});
        late.awaitClosed();
        assertThat(late.events()).as("it reconnects, and is judged again").isEmpty();
    }

    @Test
    void whoWaitsForTheFirstPollIsToldThatTheSourceWasReplaced() {
        CompletableFuture<Reading> answer = new CompletableFuture<>();
        source.answers(() -> answer);
        CompletableFuture<Snapshot> asked = statuses.snapshot(url("42")).toCompletableFuture();

        replace(settings().build(), true);

        assertThatThrownBy(asked::join).hasCauseInstanceOf(SourceReplaced.class);
    }

    @Test
    void whoAsksForAnEndedStatusWhileItsSourceIsBeingReplacedIsAnswered() {
        RecordingOutlet client = watching(RUNNING);
        source.says(new Reading.Gone());
        ticker.advance(EVERY);
        client.awaitClosed();
        ticker.advance(EVERY);
        CompletableFuture<Reading> never = new CompletableFuture<>();
        source.answers(() -> never);
        CompletableFuture<Snapshot> before = statuses.snapshot(url("42")).toCompletableFuture();
        assertThat(before).as("the source is asked once more").isNotDone();
        other.says(RUNNING);
        List<CompletableFuture<Snapshot>> meanwhile = new ArrayList<>();
        AtomicBoolean isChanging = new AtomicBoolean();
        statuses.onSource(name -> {
            if (isChanging.get()) {
                meanwhile.add(statuses.snapshot(url("42")).toCompletableFuture());
            }
        });

        isChanging.set(true);
        replace(settings().build(), true);

        assertThatThrownBy(before::join).hasCauseInstanceOf(SourceReplaced.class);
        assertThat(meanwhile).hasSize(1).allSatisfy(answer -> assertThat(answer).isDone());
    }

    @Test
    void rightsChangeWhenTheOldSourceIsOutOfUseAndTheNewOneIsNotThereYet() {
        source.says(QUEUED);
        SourceView before = statuses.source("jobs");
        StatusUrl url = url("42");
        StreamOptions options = before.options(Map.of());
        List<SourceChange> changes = List.of(
                new SourceChange("jobs", new SourceDefinition(other, settings().build(), false)),
                new SourceChange("more", new SourceDefinition(other, settings().build(), false)));

        statuses.change(changes, () -> {
            assertThatThrownBy(() -> before.snapshot(url, options)).isInstanceOf(SourceReplaced.class);
            assertThatThrownBy(() -> statuses.source("jobs").snapshot(url, options))
                    .isInstanceOf(SourceReplaced.class);
            assertThat(statuses.names()).containsExactly("jobs");
        });

        assertThat(statuses.names()).containsExactly("jobs", "more");
    }

    @Test
    void aRemovedSourceEndsItsStatuses() {
        RecordingOutlet client = watching(QUEUED);

        change(SourceChange.removed("jobs"));

        client.awaitEvents(2);
        assertThat(client.events()).containsExactly(update(QUEUED), end(QUEUED));
        client.awaitClosed();
        assertThatThrownBy(() -> statuses.source("jobs")).isInstanceOf(UnknownSource.class);
        int polls = source.reads();
        ticker.advance(EVERY.multipliedBy(3));
        assertThat(source.reads()).isEqualTo(polls);
    }

    @Test
    void whereTheNewDefinitionHasOtherParametersStreamsEndWithoutAnEvent() {
        RecordingOutlet client = watching(QUEUED);

        replace(SourceSettings.builder().params("number").build(), false);

        client.awaitClosed();
        assertThat(client.events()).containsExactly(update(QUEUED));
    }

    @Test
    void whereStatusesArePushedFromNowOnStreamsEndWithoutAnEvent() {
        RecordingOutlet client = watching(QUEUED);

        change(new SourceChange("jobs", new SourceDefinition(null, settings().build(), false)));

        client.awaitClosed();
        assertThat(client.events()).containsExactly(update(QUEUED));
        assertThat(statuses.isPushed("jobs")).isTrue();
    }

    @Test
    void clientsKeepTheRulesThatTheyCameWith() {
        statuses.register("others", source, settings().ignore("/n").build());
        source.says("{\"state\":\"queued\",\"n\":1}");
        StatusUrl url = statuses.url("others", Map.of("job", List.of("42")));
        RecordingOutlet client = new RecordingOutlet();
        statuses.join(url, null, client, reason -> {});
        client.awaitEvents(1);
        other.says("{\"state\":\"queued\",\"n\":1}");
        change(new SourceChange("others", new SourceDefinition(other, settings().build(), true)));
        RecordingOutlet late = new RecordingOutlet();
        statuses.join(url, null, late, reason -> {});
        late.awaitEvents(1);

        other.says("{\"state\":\"queued\",\"n\":2}");
        ticker.advance(EVERY);
        late.awaitEvents(2);
        other.says("{\"state\":\"running\",\"n\":3}");
        ticker.advance(EVERY);

        late.awaitEvents(3);
        client.awaitEvents(2);
        assertThat(client.data()).containsExactly("{\"state\":\"queued\",\"n\":1}", "{\"state\":\"running\",\"n\":3}");
        assertThat(late.events()).hasSize(3);
    }

    @Test
    void whatPublishersHaveSetStaysSet() {
        statuses.registerPushed("builds", SourceSettings.builder().build());
        StatusUrl url = statuses.url("builds", Map.of());
        statuses.set("builds", Map.of(), ScriptedSource.json(QUEUED));
        RecordingOutlet client = new RecordingOutlet();
        statuses.join(url, null, client, reason -> {});
        client.awaitEvents(1);

        change(new SourceChange(
                "builds",
                new SourceDefinition(
                        null, SourceSettings.builder().end("/state=done").build(), true)));
        statuses.set("builds", Map.of(), ScriptedSource.json(DONE));

        client.awaitEvents(3);
        assertThat(client.events()).containsExactly(update(QUEUED), update(DONE), end(DONE));
    }
}
