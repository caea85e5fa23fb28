package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.rules.ChangeRule;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that ask for patches get what has changed, and the whole where that is better. */
class StatusPatchesTest extends StatusRulesFixture {
    /** What a page has that applies patches. */
    private static List<JsonValue> states(RecordingOutlet client) {
        List<JsonValue> states = new ArrayList<>();
        JsonValue state = JsonValue.NULL;
        for (Received event : client.events()) {
            JsonValue data = ScriptedSource.json(event.data());
            state = switch (event.type()) {
                case "update", "end" -> data;
                default ->
                    data instanceof JsonObject
                            ? Json.createMergePatch(data).apply(state)
                            : Json.createPatch(data.asJsonArray()).apply((JsonStructure) state);
            };
            states.add(state);
        }
        return states;
    }

    private static List<String> types(RecordingOutlet client) {
        return client.events().stream().map(Received::type).toList();
    }

    private static String doc(int n) {
        return "{\"id\":\"a-long-enough-name-to-patch\",\"ts\":" + n + ",\"list\":[1,2,{\"n\":" + n + "}]}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"merge-patch", "json-patch"})
    void changesArePatchesOfWhatWasSentBefore(String form) {
        source(SourceSettings.builder());
        set(doc(1));
        RecordingOutlet client = join("form=" + form);
        set(doc(2));
        set(doc(3));
        set("[1]");
        set("\"text\"");
        set("{\"long\":\"long enough to be worth a patch\",\"a\":null}");
        set("{\"long\":\"long enough to be worth a patch\"}");
        set("{\"long\":\"long enough to be worth a patch\",\"a\":null}");
        set("{\"long\":\"long enough to be worth a patch\",\"a\":null,\"state\":\"done\"}");
        client.awaitEnd();
        boolean isMerge = form.equals("merge-patch");
        assertThat(types(client))
                .containsExactly(
                        "update",
                        "patch",
                        "patch",
                        "update",
                        "update",
                        "update",
                        "patch",
                        isMerge ? "update" : "patch",
                        "patch",
                        "end");
        assertThat(states(client))
                .extracting(JsonValue::toString)
                .containsExactly(
                        doc(1),
                        doc(2),
                        doc(3),
                        "[1]",
                        "\"text\"",
                        "{\"long\":\"long enough to be worth a patch\",\"a\":null}",
                        "{\"long\":\"long enough to be worth a patch\"}",
                        "{\"long\":\"long enough to be worth a patch\",\"a\":null}",
                        "{\"long\":\"long enough to be worth a patch\",\"a\":null,\"state\":\"done\"}",
                        "{\"long\":\"long enough to be worth a patch\",\"a\":null,\"state\":\"done\"}");
        assertThat(client.events().get(1).id()).isEqualTo(ChangeRule.ANY.idOf(ScriptedSource.json(doc(2))));
    }

    private static String list(int elements, String element) {
        return "[" + String.join(",", Collections.nCopies(elements, element)) + "]";
    }

    private static String members(int members, int value) {
        return IntStream.range(0, members)
                .mapToObj(i -> "\"k" + i + "\":" + value)
                .collect(Collectors.joining(",", "{", "}"));
    }

    private void assertSecondIs(String type, String first, String second) {
        set(first);
        RecordingOutlet client = join("form=json-patch");
        set(second);
        client.awaitEvents(2);
        assertThat(types(client)).containsExactly("update", type);
        assertThat(states(client).get(1)).isEqualTo(ScriptedSource.json(second));
        leave(client);
    }

    private void leave(RecordingOutlet client) {
        int before = loops.openStreams();
        client.leave();
        await().until(() -> loops.openStreams() < before);
    }

    @Test
    void aChangeWhosePatchWouldTakeLongToFindIsSentWhole() {
        source(SourceSettings.builder());
        String row = members(20, 1);
        String other = members(20, 2);
        assertSecondIs("patch", list(50, row), list(49, row).replace("]", "," + other + "]"));
        assertSecondIs("update", list(500, row), list(499, row).replace("]", "," + other + "]"));
        assertSecondIs("patch", members(10_000, 1), members(10_000, 1).replace("k7777\":1", "k7777\":2"));
        assertSecondIs("update", members(2_000, 1), members(2_000, 2));
        assertSecondIs("update", "[1]", list(5_000, "1"));
        assertSecondIs("update", list(400, '"' + "a".repeat(1000) + '"'), list(399, '"' + "a".repeat(1000) + '"'));
    }

    @ParameterizedTest
    @ValueSource(strings = {"merge-patch", "json-patch"})
    void whoComesBackGetsTheWholeStatusBeforePatches(String form) {
        source(SourceSettings.builder());
        set(doc(1));
        String id = ChangeRule.ANY.idOf(ScriptedSource.json(doc(1)));
        RecordingOutlet client = joinFrom(id, "form=" + form);
        set(doc(2));
        client.awaitEvents(2);
        assertThat(types(client)).containsExactly("update", "patch");
        assertThat(states(client)).hasToString("[" + doc(1) + ", " + doc(2) + "]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"merge-patch", "json-patch"})
    void whoFellBehindGetsTheWholeStatusBeforePatches(String form) {
        source(SourceSettings.builder());
        set(doc(0));
        RecordingOutlet client = join("form=" + form);
        client.awaitEvents(1);
        client.refuse();
        for (int i = 1; i <= 600; i++) {
            set(doc(i));
        }
        client.accept();
        client.awaitText("\"ts\":600");
        set(doc(601));
        client.awaitText("601");
        List<JsonValue> states = states(client);
        assertThat(states.get(states.size() - 1)).hasToString(doc(601));
        assertThat(types(client)).contains("patch").doesNotContain("end");
        assertThat(client.events().size()).as("what was skipped").isLessThan(600);
    }

    @Test
    void whoFellBehindGetsTheNewestStatusAlsoIfAClientOfTheOneBeforeLeaves() {
        source(SourceSettings.builder());
        set(doc(0));
        RecordingOutlet old = join();
        old.awaitEvents(1);
        old.refuse();
        set("{\"state\":\"done\"}");
        set(doc(1));
        RecordingOutlet client = join();
        client.awaitEvents(1);
        client.refuse();
        for (int i = 2; i <= 600; i++) {
            set(doc(i));
        }
        leave(old);
        client.accept();
        client.awaitText("\"ts\":600");
    }

    @ParameterizedTest
    @ValueSource(strings = {"merge-patch", "json-patch"})
    void whoComesWhileAChangeIsHeldBackGetsThePatchesThatFit(String form) {
        source(SourceSettings.builder().ignore("/ts"));
        set("{\"id\":\"a-long-enough-name-to-patch\",\"ts\":1,\"list\":[1]}");
        RecordingOutlet first = join("form=" + form, "min-interval=2s");
        set("{\"id\":\"a-long-enough-name-to-patch\",\"ts\":2,\"list\":[1]}");
        RecordingOutlet second = join("form=" + form, "min-interval=2s");
        set("{\"id\":\"a-long-enough-name-to-patch\",\"ts\":3,\"list\":[1,2]}");
        RecordingOutlet third = join("form=" + form, "min-interval=2s");
        set("{\"id\":\"a-long-enough-name-to-patch\",\"ts\":4,\"list\":[0,1,2]}");
        sleep(2000);
        set("{\"id\":\"a-long-enough-name-to-patch\",\"ts\":5,\"list\":[0,1]}");
        sleep(2000);
        String last = "{\"id\":\"a-long-enough-name-to-patch\",\"ts\":5,\"list\":[0,1]}";
        for (RecordingOutlet client : List.of(first, second, third)) {
            client.awaitEvents(3);
            assertThat(states(client)).hasSize(3);
            assertThat(states(client).get(2)).hasToString(last);
        }
        assertThat(types(first)).containsExactly("update", "patch", "patch");
        assertThat(types(second)).containsExactly("update", "patch", "patch");
        assertThat(types(third)).containsExactly("update", "update", "patch");
    }

    @Test
    void aHugeArrayIsSentWholeRatherThanComparedForEver() {
        source(SourceSettings.builder());
        set("[" + "0,".repeat(60_000) + "0]");
        RecordingOutlet client = join("form=json-patch");
        set("[" + "1,".repeat(60_000) + "0]");
        client.awaitEvents(2);
        assertThat(types(client)).containsExactly("update", "update");
    }
}
