package dev.fanfare.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.log.Page;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NoHistoryTest {
    private final NoHistory history = new NoHistory();

    private long append(Event... events) {
        return history.append(List.of(events)).toCompletableFuture().join();
    }

    @Test
    void givesPositionsWithoutHoles() {
        Event event = Event.builder().topic("a").build();
        assertThat(append(event)).isEqualTo(1);
        assertThat(append(event, event)).isEqualTo(2);
        assertThat(append(event)).isEqualTo(4);
        assertThat(history.head()).isEqualTo(4);
    }

    @Test
    void tellsThatAllIsGone() {
        append(Event.builder().topic("a").id("x").build());
        assertThat(history.keptAfter()).isEqualTo(1);
        Page page = history.read(0, Set.of(Selector.parse("a")), 10)
                .toCompletableFuture()
                .join();
        assertThat(page).isEqualTo(new Page(1, List.of(), 1));
        assertThat(history.find(new EventId("x"), any -> true)
                        .toCompletableFuture()
                        .join())
                .isEmpty();
    }
}
