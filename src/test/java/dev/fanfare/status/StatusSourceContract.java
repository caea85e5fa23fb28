package dev.fanfare.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds for every {@link StatusSource}. */
@Timeout(240)
public abstract class StatusSourceContract {

    /** A source with one parameter, {@code id}, that tells what the methods below have set. */
    protected abstract StatusSource source();

    /** From now on the status of {@code id} is this JSON. */
    protected abstract void set(String id, String json);

    /** From now on there is no status of {@code id}. */
    protected abstract void remove(String id);

    /** From now on reading the status of {@code id} fails. */
    protected abstract void breakDown(String id);

    /** From now on a read of the status of {@code id} does not return by itself. */
    protected abstract void hang(String id);

    protected final CompletableFuture<Reading> begin(String id) {
        return source().read(Map.of("id", id), null).toCompletableFuture();
    }

    protected final Reading read(String id) {
        return begin(id).orTimeout(60, TimeUnit.SECONDS).join();
    }

    protected final JsonValue value(String id) {
        return statusIn(((Reading.Value) read(id)).value());
    }

    /** What {@link #set} has set, in what the source makes of it. */
    protected JsonValue statusIn(JsonValue value) {
        return value;
    }

    protected static JsonValue json(String text) {
        return ScriptedSource.json(text);
    }

    @Test
    public void tellsTheStatusAsItIsNow() {
        set("1", "{\"state\":\"queued\"}");
        assertThat(value("1")).isEqualTo(ScriptedSource.json("{\"state\":\"queued\"}"));
        set("1", "{\"state\":\"done\"}");
        assertThat(value("1")).isEqualTo(ScriptedSource.json("{\"state\":\"done\"}"));
    }

    @Test
    public void anyJsonValueIsAStatus() {
        for (String json : List.of("\"text\"", "17", "null", "true", "[]", "{\"ü\":[\"😀\"]}")) {
            set("1", json);
            assertThat(value("1")).isEqualTo(ScriptedSource.json(json));
        }
    }

    @Test
    public void parametersWithSignsOfAllKindsNameTheirOwnStatus() {
        List<String> ids = List.of("a b", "ü", "a&b=c", "50%", "#1", "😀", "a+b", "{x}", "$1");
        ids.forEach(id -> set(id, "\"" + id + "\""));
        ids.forEach(id -> assertThat(value(id)).isEqualTo(ScriptedSource.json("\"" + id + "\"")));
    }

    @Test
    public void whatIsNotThereIsMissing() {
        assertThat(read("nothing")).isEqualTo(new Reading.Missing());
        set("1", "1");
        remove("1");
        assertThat(read("1")).isEqualTo(new Reading.Missing());
    }

    @Test
    public void aBreakdownFailsTheStageAndThenItWorksAgain() {
        breakDown("1");
        assertThatThrownBy(() -> read("1")).isInstanceOf(CompletionException.class);
        set("1", "1");
        assertThat(value("1")).isEqualTo(ScriptedSource.json("1"));
    }

    @Test
    public void manyAreReadSideBySide() {
        List<CompletableFuture<Reading>> reads = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            set("" + i, "" + i);
        }
        for (int i = 0; i < 100; i++) {
            reads.add(begin("" + i));
        }
        for (int i = 0; i < 100; i++) {
            Reading reading = reads.get(i).orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(statusIn(((Reading.Value) reading).value())).isEqualTo(ScriptedSource.json("" + i));
        }
    }

    @Test
    public void aReadThatHangsNeitherBlocksItsCallerNorTheOthersAndEndsWhenItIsCancelled() {
        hang("1");
        set("2", "2");
        CompletableFuture<Reading> hanging = begin("1");
        assertThat(value("2")).isEqualTo(ScriptedSource.json("2"));
        assertThat(hanging).isNotDone();
        hanging.cancel(true);
        assertThatThrownBy(() -> hanging.get(60, TimeUnit.SECONDS))
                .isNotInstanceOf(java.util.concurrent.TimeoutException.class);
    }
}
