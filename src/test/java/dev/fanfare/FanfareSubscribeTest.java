package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.hub.Rights;
import dev.fanfare.testing.OwnApplication;
import dev.fanfare.testing.RecordingOutlet.Received;
import dev.fanfare.testing.StreamClient;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing and subscribing in somebody's own application. */
@Timeout(240)
class FanfareSubscribeTest {
    private static final String NEVER_MADE = "a-publisher's-own";

    private final Fanfare fanfare = Fanfare.create();
    private String[] selectors = {"a"};
    private Rights rights = Rights.PUBLIC_ONLY;
    private final OwnApplication application =
            new OwnApplication((sink, lastEventId) -> fanfare.subscribe(sink, lastEventId, rights, List.of(selectors)));

    @AfterEach
    void close() {
        fanfare.close();
        application.close();
    }

    /** A client that has joined. */
    private StreamClient join(String... topics) {
        selectors = topics;
        return application.client().read().awaitText("retry:");
    }

    private StreamClient joinInABrowser(String... topics) {
        selectors = topics;
        return application.client("User-Agent: Mozilla/5.0 (X11; Linux)").read().awaitText("retry:");
    }

    private StreamClient resume(@Nullable String lastEventId, String... topics) {
        selectors = topics;
        return application.client("Last-Event-ID: " + lastEventId).read().awaitText("retry:");
    }

    private String publish(String topic, String data) {
        return id(fanfare.publish(topic, data));
    }

    private static String id(CompletionStage<EventId> published) {
        return published
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join()
                .value();
    }

    @Test
    void whoSubscribedGetsWhatIsPublishedInOrder() {
        StreamClient first = join("a");
        StreamClient second = join("a");
        List<String> ids =
                IntStream.range(0, 300).mapToObj(i -> publish("a", "" + i)).toList();
        for (StreamClient client : List.of(first, second)) {
            client.awaitEvents(300);
            assertThat(client.events())
                    .isEqualTo(IntStream.range(0, 300)
                            .mapToObj(i -> new Received(ids.get(i), "message", "" + i))
                            .toList());
        }
    }

    @Test
    void onlyTheTopicsAskedForArrive() {
        StreamClient client = join("a", "b");
        publish("c", "not this");
        publish("b", "1");
        publish("c", "nor this");
        publish("a", "2");
        assertThat(client.awaitEvents(2).data()).containsExactly("1", "2");
    }

    @Test
    void anEventOfSeveralTopicsArrivesOnce() {
        StreamClient client = join("a", "b", "*");
        fanfare.publish(
                Event.builder().topic("a").topic("b").topic("c").data("once").build());
        publish("a", "next");
        assertThat(client.awaitEvents(2).data()).containsExactly("once", "next");
    }

    @Test
    void aStarIsEveryTopic() {
        StreamClient client = join("*");
        publish("x", "1");
        publish("y/z", "2");
        assertThat(client.awaitEvents(2).data()).containsExactly("1", "2");
    }

    @Test
    void aClientThatComesAgainMissesNothing() {
        StreamClient client = join("a");
        publish("a", "1");
        String seen = client.awaitEvents(1).lastEventId();
        client.close();
        publish("a", "2");
        publish("b", "not this");
        publish("a", "3");
        StreamClient again = resume(seen, "a");
        publish("a", "4");
        assertThat(again.awaitEvents(3).data()).containsExactly("2", "3", "4");
    }

    @Test
    void aClientThatLeftBeforeItsFirstEventMissesNothing() {
        StreamClient client = joinInABrowser("a").awaitText("id: #");
        String cursor = client.awaitText("\n\n").lastEventId();
        client.close();
        publish("a", "1");
        assertThat(resume(cursor, "a").awaitEvents(1).data()).containsExactly("1");
    }

    @Test
    void aPublishersOwnIdIsResumedFrom() {
        String id = id(fanfare.publish(
                Event.builder().topic("a").id(NEVER_MADE).data("1").build()));
        assertThat(id).isEqualTo(NEVER_MADE);
        publish("a", "2");
        assertThat(resume(NEVER_MADE, "a").awaitEvents(1).data()).containsExactly("2");
    }

    /** No event can have had them: unknown, of another log, malformed, beyond the end, not to be spoken of. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                NEVER_MADE,
                "#other.1",
                "#",
                "#.",
                "#x",
                "#other.99999999999999999999999",
                "0",
                "\u00e9\u00e8",
                "\t\u0001"
            })
    void anIdThatIsNotKnownIsToldByAGap(String id) {
        publish("a", "1");
        StreamClient client = resume(id, "a");
        publish("a", "2");
        client.awaitEvents(3);
        assertThat(client.events().get(0).type()).isEqualTo("gap");
        assertThat(client.data().subList(1, 3)).containsExactly("1", "2");
    }

    @Test
    void earliestIsAllThatIsKept() {
        publish("a", "1");
        StreamClient client = resume("earliest", "a");
        publish("a", "2");
        assertThat(client.awaitEvents(2).data()).containsExactly("1", "2");
    }

    @Test
    void anIdOfAnyLengthIsToldByAGap() {
        StreamClient client = resume("x".repeat(5000), "a");
        publish("a", "1");
        assertThat(client.awaitEvents(2).data().get(1)).isEqualTo("1");
        assertThat(client.data().get(0)).hasSizeLessThan(2000);
    }

    @Test
    void anEmptyIdIsNone() {
        publish("a", "1");
        StreamClient client = resume("", "a");
        publish("a", "2");
        assertThat(client.awaitEvents(1).data()).containsExactly("2");
    }

    @Test
    void privateEventsAreForThoseWithTheRight() {
        StreamClient open = join("a");
        rights = Rights.ALL;
        StreamClient trusted = join("a");
        fanfare.publish(
                Event.builder().topic("a").data("private").isPrivate(true).build());
        publish("a", "public");
        assertThat(trusted.awaitEvents(2).data()).containsExactly("private", "public");
        assertThat(open.awaitEvents(1).data()).containsExactly("public");
    }

    @Test
    void everyTextArrivesAsItWasPublished() {
        List<String> texts = List.of(
                "",
                "\n",
                "a\nb",
                "a\r\nb",
                " leading",
                "trailing ",
                ":",
                "data: x",
                "\uFEFFbom",
                "a\u0000b",
                "\u2028\u2029",
                "\u0085",
                "𝄞 ü",
                "x".repeat(100_000));
        StreamClient client = join("a");
        texts.forEach(text -> publish("a", text));
        client.awaitEvents(texts.size());
        // What ends a line in an event stream arrives as the one line end that it has: WHATWG HTML, 9.2.6.
        assertThat(client.data())
                .isEqualTo(texts.stream()
                        .map(text -> text.replace("\r\n", "\n").replace('\r', '\n'))
                        .toList());
    }

    @Test
    void whatCannotBePublishedIsRefused() {
        assertThatThrownBy(() -> fanfare.publish(Event.of("no topic"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fanfare.publish("", "no topic")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fanfare.publish("a\nb", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fanfare.publish(
                        Event.builder().topic("a").type("gap").data("x").build()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fanfare.publish(
                        Event.builder().topic("a").id("#mine").data("x").build()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "a\u0000"})
    void aSelectorThatIsNoTopicIsRefusedBeforeTheStreamBegins(String selector) {
        selectors = new String[] {selector};
        assertThat(application.client().status()).isEqualTo(500);
        assertThat(fanfare.parts().loops().openStreams()).isZero();
    }

    @Test
    void aSubscriptionWithoutATopicIsRefusedBeforeTheStreamBegins() {
        selectors = new String[0];
        assertThat(application.client().status()).isEqualTo(500);
    }
}
