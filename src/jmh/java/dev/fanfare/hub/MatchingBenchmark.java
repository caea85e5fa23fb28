package dev.fanfare.hub;

import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs an event to find its channels. Nobody is in the channels, so nothing but the search is measured. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MatchingBenchmark {

    /** Channels with an exact topic each. */
    @State(Scope.Benchmark)
    public static class Exact {
        /** How many. */
        @Param({"1", "1000", "100000"})
        int channels;

        ChannelIndex index;
        List<Topic> topics;
        long position;

        /** Fills the index. */
        @Setup(Level.Trial)
        public void fill() {
            index = new ChannelIndex(2, 10_000, HubSettings.DEFAULT_ANONYMOUS_PASSES);
            for (int i = 0; i < channels; i++) {
                index.get(List.of(Selector.parse("https://example.com/books/" + i)), false);
            }
            topics = List.of(new Topic("https://example.com/books/" + channels / 2));
        }
    }

    /** Channels with a template each. */
    @State(Scope.Benchmark)
    public static class Templates {
        /** How many. */
        @Param("1000")
        int templates;

        /** The templates' form; {@code N} is another number in each. */
        @Param({
            "https://example.com/N/books/{id}",
            "https://example.com/books/{id}/N",
            "https://example.com/books/{id}{?N}",
            "{+a}{b*}{/c*}{d:9}{?e,f,g*,vN}"
        })
        String form;

        ChannelIndex index;
        Topic[] many;
        List<Topic> one;
        int next;
        long position;

        /** Fills the index. */
        @Setup(Level.Trial)
        public void fill() {
            index = new ChannelIndex(2, templates, HubSettings.DEFAULT_ANONYMOUS_PASSES);
            for (int i = 0; i < templates; i++) {
                index.get(List.of(Selector.parse(form.replace("N", "" + i))), false);
            }
            one = List.of(new Topic("https://example.com/books/0"));
            many = new Topic[200_000];
            for (int i = 0; i < many.length; i++) {
                many[i] = new Topic("https://example.com/books/" + i);
            }
        }
    }

    /** An event for one of many channels. */
    @Benchmark
    public void exact(Exact state) {
        state.index.list(state.topics, state.index.templatesOf(state.topics), ++state.position);
    }

    /** An event on a topic that is new, or so long ago that it is forgotten. */
    @Benchmark
    public void newTopic(Templates state) {
        List<Topic> topics = List.of(state.many[state.next++ % state.many.length]);
        state.index.list(topics, state.index.templatesOf(topics), ++state.position);
    }

    /** An event on a topic that is remembered. */
    @Benchmark
    public void knownTopic(Templates state) {
        state.index.list(state.one, state.index.templatesOf(state.one), ++state.position);
    }
}
