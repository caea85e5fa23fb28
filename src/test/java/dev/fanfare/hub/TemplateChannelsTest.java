package dev.fanfare.hub;

import static dev.fanfare.hub.HubFixture.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.event.Event;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.log.LogMode;
import dev.fanfare.testing.RecordingOutlet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets what, where clients ask for URI templates. */
@Timeout(240)
class TemplateChannelsTest {
    private final ScriptedHistory history = new ScriptedHistory(HubFixture.memory());
    private final HubFixture fixture = HubFixture.of(HubFixture.SETTINGS, 2, history, LogMode.RESUMABLE, 65_536);

    @AfterEach
    void close() {
        fixture.close();
    }

    private void leave(Client client) {
        client.outlet().awaitOpen();
        client.outlet().leave();
        client.awaitClosed();
    }

    @Test
    void aTemplateGetsTheTopicsThatItExpandsTo() {
        Client client = fixture.join("/books/{id}");
        fixture.publish("1", "/books/1");
        fixture.publish("other", "/books/1/reviews");
        fixture.publish("also other", "/films/1");
        fixture.publish("2", "/books/two");
        fixture.publish("3", "/books/{id}");
        fixture.settle();
        client.assertData("1", "2", "3");
    }

    @Test
    void anEventArrivesOnceHoweverManySelectorsItMatches() {
        Client client = fixture.join("/a/{x}", "/{x}/b", "{+x}", "/a/b", "/a/{x}{?q}");
        fixture.publish("1", "/a/b", "/a/c", "/d/b");
        fixture.publish("2", "/a/b");
        fixture.publish("3", "/a/b");
        fixture.settle();
        client.assertData("1", "2", "3");
    }

    @Test
    void topicsAreComparedByThePublisherBeforeTheHistoryAnswers() {
        Client before = fixture.join("/a/{x}");
        history.holdAppends();
        long remembered = fixture.hub.rememberedTemplateBytes();
        fixture.hub.publish(event("1", "/a/1"));
        assertThat(fixture.hub.rememberedTemplateBytes()).isGreaterThan(remembered);
        remembered = fixture.hub.rememberedTemplateBytes();
        fixture.hub.publishOnce(
                List.of(Event.builder().id("2").topic("/a/2").data("2").build()), null);
        assertThat(fixture.hub.rememberedTemplateBytes()).isGreaterThan(remembered);
        Client after = fixture.join("/{x}/1", "/{y}/2");
        history.completeAppend(0);
        history.completeAppend(1);
        before.assertData("1", "2");
        after.assertData("1", "2");
    }

    @Test
    void aTemplateThatComesWhileAnEventWaitsForTheOneBeforeItIsNotMissed() {
        fixture.join("/other/{x}");
        history.holdAppends();
        fixture.hub.publish(event("1", "/a/1"));
        fixture.hub.publish(event("2", "/a/2"));
        history.completeAppend(1);
        Client client = fixture.join("/a/{x}");
        history.completeAppend(0);
        client.assertData("1", "2");
    }

    @Test
    void aTemplateThatGoesWhileAnEventWaitsAndComesAgainGetsItOnce() {
        Client before = fixture.join("/a/{x}");
        history.holdAppends();
        fixture.hub.publish(event("1", "/a/1"));
        fixture.hub.publish(event("2", "/a/1"));
        history.completeAppend(1);
        leave(before);
        Client again = fixture.join("/a/{x}");
        history.completeAppend(0);
        again.assertData("1", "2");
        assertThat(before.events()).isEmpty();
    }

    @Test
    void whatIsRememberedOfATopicFollowsTheTemplates() {
        Client first = fixture.join("/a/{x}");
        fixture.publish("1", "/a/1");
        Client second = fixture.join("/{x}/1");
        fixture.publish("2", "/a/1");
        first.assertData("1", "2");
        leave(first);
        fixture.publish("3", "/a/1");
        Client third = fixture.join("/a/{x}");
        fixture.publish("4", "/a/1");
        fixture.settle();
        second.assertData("2", "3", "4");
        third.assertData("4");
    }

    @Test
    void replaysTheTopicsOfATemplate() {
        for (int i = 0; i < 10_000; i++) {
            fixture.publish("" + i, i % 100 == 0 ? "/a/" + i : "/b/" + i);
        }
        Client client = fixture.joinAfter(0, "/a/{x}");
        client.outlet().awaitEvents(100);
        fixture.publish("live", "/a/live");
        client.outlet().awaitEvents(101);
        assertThat(client.outlet().data()).startsWith("0", "100", "200").endsWith("9900", "live");
    }

    private static String costly(int number) {
        return "/" + number + "{a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p}";
    }

    private static void subscribeAs(Hub hub, boolean anonymous, String template) {
        hub.subscribe(
                RecordingOutlet::new,
                JoinRequest.to(List.of(Selector.parse(template))).anonymous(anonymous),
                reason -> {});
    }

    /** 33 passes each: a hundred templates may take 300 without a token and 900 in all. */
    @Test
    void costlyTemplatesAreBoundedByWhatTheyCostAndMoreSoWithoutAToken() {
        Hub hub = new Hub(
                history,
                fixture.loops,
                HubSettings.of(LogMode.RESUMABLE, 1024, 1 << 20).maxTemplates(100));
        for (int i = 0; i < 9; i++) {
            subscribeAs(hub, true, costly(i));
        }
        assertThatThrownBy(() -> subscribeAs(hub, true, costly(9)))
                .isInstanceOf(TooManyTemplates.class)
                .hasMessageContaining("without a token");
        assertThatThrownBy(() -> hub.requireRoomFor(List.of(Selector.parse(costly(9))), true))
                .isInstanceOf(TooManyTemplates.class);
        subscribeAs(hub, true, costly(3));
        subscribeAs(hub, true, "/ordinary/{x}");
        for (int i = 9; i < 27; i++) {
            subscribeAs(hub, false, costly(i));
        }
        assertThatThrownBy(() -> subscribeAs(hub, false, costly(27)))
                .isInstanceOf(TooManyTemplates.class)
                .hasMessageContaining("many variables");
        hub.finish(List.of(Selector.parse(costly(0))));
        subscribeAs(hub, true, costly(30));
    }

    private static String costlyFor(String prefix, int number) {
        return prefix + "{v" + number + ",b,c,d,e,f,g,h,i,j,k,l,m,n,o,p}";
    }

    /** 33 passes each, and 3000 for a topic: 90 of them. */
    @Test
    void strangersTemplatesForTheSameTopicsAreFewSoThatPublishersAreNotSlowedDownMuch() {
        Hub hub = fixture.hub;
        String books = "https://example.com/books/";
        for (int i = 0; i < 90; i++) {
            subscribeAs(hub, true, costlyFor(books, i));
        }
        for (String prefix : List.of(books, "", "https://example.com/b", books + "7/")) {
            assertThatThrownBy(() -> subscribeAs(hub, true, costlyFor(prefix, 90)))
                    .as("topics of '%s' are of those templates, too", prefix)
                    .isInstanceOf(TooManyTemplates.class)
                    .hasMessageContaining("fanfare.limits.anonymous-passes");
        }
        subscribeAs(hub, true, costlyFor("https://example.com/users/7/", 90));
        subscribeAs(hub, false, costlyFor(books, 90));
        hub.finish(List.of(Selector.parse(costlyFor(books, 0))));
        subscribeAs(hub, true, costlyFor(books, 91));
    }

    @Test
    void aThousandStrangersMayHaveOrdinaryTemplatesOfTheirOwnAndManyMoreForTopicsOfTheirOwn() {
        for (int i = 0; i < 1000; i++) {
            subscribeAs(fixture.hub, true, "https://example.com/books/{id}/chapters/" + i);
        }
        for (int i = 0; i < 8000; i++) {
            subscribeAs(fixture.hub, true, "https://example.com/users/" + i + "/{box}");
        }
        assertThat(fixture.hub.channels()).isEqualTo(9000);
    }

    @Test
    void aStrangerThatIsRefusedTakesUpNothing() {
        Hub hub = fixture.hub;
        for (int round = 0; round < 50; round++) {
            List<Selector> all = new ArrayList<>();
            for (int i = 0; i < 91; i++) {
                all.add(Selector.parse(costlyFor("/a/", i)));
            }
            assertThatThrownBy(() -> hub.requireRoomFor(all, true)).isInstanceOf(TooManyTemplates.class);
            assertThatThrownBy(() -> hub.subscribe(
                            RecordingOutlet::new, JoinRequest.to(all).anonymous(true), reason -> {}))
                    .isInstanceOf(TooManyTemplates.class);
        }
        for (int i = 0; i < 90; i++) {
            subscribeAs(hub, true, costlyFor("/a/", i));
        }
    }

    @Test
    void templatesAreBoundedByNumberAndThereIsRoomWhenOneGoes() {
        Hub hub = new Hub(
                history,
                fixture.loops,
                HubSettings.of(LogMode.RESUMABLE, 1024, 1 << 20).maxTemplates(2));
        Client first = subscribe(hub, "/a/{x}");
        subscribe(hub, "/b/{x}", "/c");
        subscribe(hub, "/a/{x}", "/d");
        assertThatThrownBy(() -> subscribe(hub, "/e", "/f/{x}"))
                .isInstanceOf(TooManyTemplates.class)
                .hasMessageContaining("2");
        assertThat(hub.channels()).as("a refused one leaves nothing").isEqualTo(3);
        subscribe(hub, "/e");
        leave(first);
        assertThatThrownBy(() -> subscribe(hub, "/f/{x}"))
                .as("another channel has the template still")
                .isInstanceOf(TooManyTemplates.class);
        hub.finish(List.of(Selector.parse("/b/{x}"), Selector.parse("/c")));
        Client late = subscribe(hub, "/f/{x}");
        HubFixture.join(hub.publish(event("1", "/f/1")));
        late.assertData("1");
    }

    private Client subscribe(Hub hub, String... selectors) {
        Client client = new Client();
        List<Selector> wanted = List.of(selectors).stream().map(Selector::parse).toList();
        hub.subscribe(client::outlet, JoinRequest.to(wanted), client::closed);
        return client;
    }

    private record Joined(Client client, List<String> selectors, List<String> expected) {}

    /** Against the plain rule: a client gets an event if one of its selectors matches one of the topics. */
    @Test
    void whoeverComesAndGoesEverybodyGetsWhatTheRuleSays() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Joined> present = new ArrayList<>();
        List<Joined> all = new ArrayList<>();
        for (int round = 0; round < 3000; round++) {
            int what = random.nextInt(10);
            if (what < 2 || present.isEmpty()) {
                List<String> selectors = some(random, TemplateChannelsTest::selector);
                Client client = fixture.join(selectors.toArray(String[]::new));
                Joined joined = new Joined(client, selectors, new ArrayList<>());
                present.add(joined);
                all.add(joined);
            } else if (what == 2) {
                Joined gone = present.remove(random.nextInt(present.size()));
                gone.client().outlet().awaitEvents(gone.expected().size());
                leave(gone.client());
            } else {
                List<String> topics = some(random, TemplateChannelsTest::topic);
                String data = "" + round;
                for (Joined joined : present) {
                    if (matches(joined.selectors(), topics)) {
                        joined.expected().add(data);
                    }
                }
                fixture.publish(data, topics.toArray(String[]::new));
            }
        }
        fixture.settle();
        for (Joined joined : all) {
            assertThat(joined.client().outlet().data())
                    .as("seed %d, %s", seed, joined.selectors())
                    .isEqualTo(joined.expected());
        }
        present.forEach(joined -> leave(joined.client()));
        assertThat(fixture.hub.channels()).isZero();
    }

    private static List<String> some(Random random, java.util.function.Function<Random, String> one) {
        List<String> some = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            some.add(one.apply(random));
        }
        return some;
    }

    private static String topic(Random random) {
        return "/" + "abc".charAt(random.nextInt(3)) + "/" + random.nextInt(5) + (random.nextBoolean() ? "/x" : "");
    }

    private static String selector(Random random) {
        return switch (random.nextInt(7)) {
            case 0 -> "*";
            case 1 -> "/" + "abc".charAt(random.nextInt(3)) + "/{x}";
            case 2 -> "/{x}/" + random.nextInt(5);
            case 3 -> "/" + "abc".charAt(random.nextInt(3)) + "{/x*}";
            case 4 -> "{+x}/x";
            case 5 -> "/a/" + random.nextInt(5) + "{/x}";
            default -> topic(random);
        };
    }

    private static boolean matches(List<String> selectors, List<String> topics) {
        return selectors.stream()
                .map(Selector::parse)
                .anyMatch(selector -> topics.stream().map(Topic::new).anyMatch(selector::matches));
    }

    @Test
    void everythingBesidesEverythingIsOneChannel() {
        fixture.join("*", "a");
        fixture.join("b", "*");
        assertThat(fixture.hub.channels()).isEqualTo(1);
    }

    @Test
    void whatIsRememberedIsBounded() {
        TemplateIndex index = new TemplateIndex(10_000, HubSettings.DEFAULT_ANONYMOUS_PASSES);
        for (int i = 0; i < 1000; i++) {
            index.channelsOf((Selector.Template) Selector.parse("/a/{x}{?q" + i + "}"), false);
        }
        for (int i = 0; i < 2000; i++) {
            index.find(List.of(new Topic("/a/" + i)));
        }
        assertThat(index.rememberedBytes()).isBetween(8L << 20, 16L << 20);
        for (int i = 0; i < 1000; i++) {
            index.remove((Selector.Template) Selector.parse("/a/{x}{?q" + i + "}"));
        }
        assertThat(index.size()).isZero();
        index.channelsOf((Selector.Template) Selector.parse("/b/{x}"), false);
        for (int i = 0; i < 100_000; i++) {
            index.find(List.of(new Topic("/a/" + i)));
        }
        assertThat(index.rememberedBytes()).isLessThanOrEqualTo(16L << 20);
    }
}
