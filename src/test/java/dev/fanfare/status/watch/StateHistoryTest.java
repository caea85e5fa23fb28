package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.Page;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StateHistoryTest {
    private final StateHistory history = new StateHistory();

    private static Event event(String topic, String type, String data) {
        return Event.builder().topic(topic).type(type).data(data).build();
    }

    private Page read(long after, String selector) {
        return history.read(after, Set.of(Selector.parse(selector)), 10)
                .toCompletableFuture()
                .join();
    }

    private List<Long> positions(long after, String selector) {
        return read(after, selector).events().stream().map(LogEntry::position).toList();
    }

    @Test
    void keepsTheNewestEventOfEachTypeOfEachTopic() {
        assertThat(history.append(List.of(event("a", "update", "1")))).isCompletedWithValue(1L);
        assertThat(history.append(List.of(event("a", "update", "2"), event("a", "end", "2"))))
                .isCompletedWithValue(2L);
        assertThat(history.append(List.of(event("b", "update", "1")))).isCompletedWithValue(4L);
        assertThat(positions(0, "a")).containsExactly(2L, 3L);
        assertThat(positions(2, "a")).containsExactly(3L);
        assertThat(positions(0, "*")).containsExactly(2L, 3L, 4L);
        assertThat(read(0, "a").upTo()).isEqualTo(history.head()).isEqualTo(4);
    }

    @Test
    void aPageThatIsFullEndsAtItsLastEvent() {
        for (int i = 0; i < 20; i++) {
            history.append(List.of(event("t" + i, "update", "")));
        }
        Page page = read(0, "*");
        assertThat(page.events()).hasSize(10);
        assertThat(page.upTo()).isEqualTo(10);
        assertThat(positions(page.upTo(), "*")).hasSize(10);
    }

    @Test
    void forgetsATopic() {
        history.append(List.of(event("a", "update", "1")));
        history.forget(new Topic("a"));
        assertThat(positions(0, "*")).isEmpty();
        assertThat(history.topics()).isZero();
        assertThat(history.head()).isEqualTo(1);
    }

    @Test
    void knowsNoPlaceOfAnId() {
        history.append(List.of(event("a", "update", "1").withId(new EventId("x"))));
        assertThat(history.find(new EventId("x"), any -> true)).isCompletedWithValue(OptionalLong.empty());
    }

    @Test
    void appendsNothingOnceItIsClosed() {
        history.close();
        assertThat(history.append(List.of(event("a", "update", "1"))).toCompletableFuture())
                .isCompletedExceptionally();
    }
}
