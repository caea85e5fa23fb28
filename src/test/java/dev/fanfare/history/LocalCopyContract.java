package dev.fanfare.history;

import static dev.fanfare.history.Histories.ROOMY;
import static dev.fanfare.history.Histories.append;
import static dev.fanfare.history.Histories.event;
import static dev.fanfare.history.Histories.find;
import static dev.fanfare.history.Histories.join;
import static dev.fanfare.history.Histories.positions;
import static dev.fanfare.history.Histories.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.event.Topic;
import dev.fanfare.log.LocalCopy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every history does that may be a copy; see {@link LocalCopy}. */
@Timeout(240)
public abstract class LocalCopyContract {
    /** A new, empty copy that is closed after the test. */
    protected abstract LocalCopy open(HistorySettings settings);

    private static Event named(String id, String topic) {
        return Event.builder().id(id).topic(topic).data(id).build();
    }

    @Test
    void whatIsTakenBackIsNotFoundAndItsPositionsAreGivenAgain() {
        LocalCopy copy = open(ROOMY);
        append(copy, named("x1", "a"), named("x2", "b"), named("x3", "a"));
        append(copy, named("x3", "a"));
        join(copy.dropAfter(1));
        assertThat(copy.head()).isEqualTo(1);
        assertThat(find(copy, "x1")).hasValue(1);
        assertThat(find(copy, "x2")).isEmpty();
        assertThat(find(copy, "x3")).isEmpty();
        assertThat(join(copy.last(new Topic("b")))).isEmpty();
        assertThat(positions(read(copy, 0, 100, "*"))).containsExactly(1L);
        assertThat(append(copy, named("y2", "a"), named("x3", "b"))).isEqualTo(2);
        assertThat(find(copy, "x3")).hasValue(3);
        assertThat(positions(read(copy, 0, 100, "a"))).containsExactly(1L, 2L);
        assertThat(positions(read(copy, 0, 100, "b"))).containsExactly(3L);
    }

    @Test
    void allThatIsKeptMayBeTakenBack() {
        LocalCopy copy = open(ROOMY);
        append(copy, named("x1", "a"), named("x2", "b"));
        join(copy.dropAfter(0));
        join(copy.dropAfter(0));
        assertThat(copy.head()).isEqualTo(copy.keptAfter());
        assertThat(positions(read(copy, 0, 100, "*"))).isEmpty();
        assertThat(find(copy, "x2")).isEmpty();
        assertThat(append(copy, event("new", "a"))).isEqualTo(1);
    }

    @Test
    void aNoteIsKeptInPlaceOfTheOneBefore() {
        LocalCopy copy = open(ROOMY);
        assertThat(copy.note()).isEmpty();
        join(copy.keepNote("one\ntwo"));
        join(copy.keepNote("three"));
        assertThat(copy.note()).isEqualTo("three");
    }
}
