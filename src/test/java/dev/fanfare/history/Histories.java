package dev.fanfare.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.Page;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Short words for tests of histories, and a list as the model that they are compared with. Stateless. */
public final class Histories {
    public static final HistorySettings ROOMY = new HistorySettings(1_000_000, Duration.ofDays(1), 1L << 30, 100_000);
    /** More events than a test has. */
    public static final int ALL = 1_000_000;

    private Histories() {}

    public static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    public static Event event(String data, String... topics) {
        Event.Builder event = Event.builder().data(data);
        Arrays.stream(topics).forEach(event::topic);
        return event.build();
    }

    public static long append(History history, Event... events) {
        return join(history.append(List.of(events)));
    }

    public static void appendNumbered(History history, int count, String topic) {
        for (int i = 0; i < count; i++) {
            append(history, event("" + i, topic));
        }
    }

    public static Set<Selector> selectors(String... texts) {
        return Arrays.stream(texts).map(Selector::parse).collect(Collectors.toSet());
    }

    public static Page read(History history, long after, int maxEvents, String... selectors) {
        return join(history.read(after, selectors(selectors), maxEvents));
    }

    public static List<Long> positions(Page page) {
        return page.events().stream().map(LogEntry::position).toList();
    }

    public static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    public static OptionalLong find(History history, String id) {
        return join(history.find(new EventId(id), any -> true));
    }

    /** Reads page after page to the end, and looks at what every page has to be. */
    public static List<LogEntry> readAll(History history, long after, int perPage, String... selectors) {
        List<LogEntry> all = new ArrayList<>();
        long at = Math.max(after, history.keptAfter());
        long head = history.head();
        while (at < head) {
            Page page = read(history, at, perPage, selectors);
            assertThat(page.after()).isEqualTo(at);
            assertThat(page.upTo()).isGreaterThan(at).isLessThanOrEqualTo(history.head());
            assertThat(page.events()).hasSizeLessThanOrEqualTo(perPage);
            for (LogEntry logged : page.events()) {
                assertThat(logged.position()).isGreaterThan(at).isLessThanOrEqualTo(page.upTo());
            }
            all.addAll(page.events());
            at = page.upTo();
        }
        return all;
    }

    public static Optional<LogEntry> last(History history, String topic) {
        return join(history.last(new Topic(topic)));
    }

    /** Old events may go while it looks, so what is kept is asked for before and after. */
    public static void compare(History history, List<Event> model, Random random, long seed) {
        assertThat(history.head()).as("seed %d", seed).isEqualTo(model.size());
        Set<Selector> selectors = random.nextInt(5) == 0 ? selectors("*", "t1") : randomSelectors(random);
        long after = random.nextInt(model.size() + 1);
        int most = 1 + random.nextInt(20);
        long keptBefore = history.keptAfter();
        Page page = join(history.read(after, selectors, most));
        assertThat(page.after())
                .as("seed %d", seed)
                .isBetween(Math.max(after, keptBefore), Math.max(after, history.keptAfter()));
        List<LogEntry> expected = new ArrayList<>();
        for (long position = page.after() + 1; position <= page.upTo(); position++) {
            Event event = model.get((int) position - 1);
            if (selectors.stream().anyMatch(s -> event.topics().stream().anyMatch(s::matches))) {
                expected.add(new LogEntry(position, event));
            }
        }
        assertThat(page.events()).as("seed %d", seed).isEqualTo(expected).hasSizeLessThanOrEqualTo(most);
        assertThat(page.upTo() > page.after() || page.after() == model.size())
                .as("seed %d: page %s..%s of %s", seed, page.after(), page.upTo(), model.size())
                .isTrue();
        EventId id = new EventId("id" + random.nextInt(10));
        keptBefore = history.keptAfter();
        OptionalLong found = join(history.find(id, any -> true));
        assertThat(LongStream.rangeClosed(keptBefore, history.keptAfter()).mapToObj(kept -> firstWith(id, model, kept)))
                .as("seed %d", seed)
                .contains(found);
    }

    private static OptionalLong firstWith(EventId id, List<Event> model, long kept) {
        return LongStream.rangeClosed(kept + 1, model.size())
                .filter(position -> id.equals(model.get((int) position - 1).id()))
                .findFirst();
    }

    private static Set<Selector> randomSelectors(Random random) {
        return random.ints(1 + random.nextInt(3), 0, 8)
                .mapToObj(i -> Selector.parse("t" + i))
                .collect(Collectors.toSet());
    }

    public static List<Event> randomEvents(Random random) {
        List<Event> events = new ArrayList<>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            Event.Builder event = Event.builder().data("x".repeat(random.nextInt(2_000)));
            random.ints(1 + random.nextInt(3), 0, 6).forEach(topic -> event.topic("t" + topic));
            if (random.nextBoolean()) {
                event.id("id" + random.nextInt(10));
            }
            events.add(event.build());
        }
        return events;
    }

    /** All of a history's events, as many as there are. */
    public static List<LogEntry> everything(History history) {
        return readAll(history, 0, ALL, "*");
    }
}
