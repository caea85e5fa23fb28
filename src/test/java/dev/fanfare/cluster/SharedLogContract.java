package dev.fanfare.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.SharedLog;
import dev.fanfare.log.SharedLog.Appended;
import dev.fanfare.log.SharedLog.Known;
import dev.fanfare.log.SharedLog.Outcome;
import dev.fanfare.log.SharedLog.Overtaken;
import dev.fanfare.log.SharedLog.Publication;
import dev.fanfare.log.SharedLog.Remembered;
import dev.fanfare.log.SharedLog.Stand;
import dev.fanfare.log.SharedLog.Stored;
import dev.fanfare.log.SharedLog.Stretch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every {@link SharedLog} has to do. */
abstract class SharedLogContract {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<AutoCloseable> open = new ArrayList<>();

    /** One more node on the same engine, not attached. */
    protected abstract SharedLog newNode() throws Exception;

    /** Everything in the engine is gone. */
    protected abstract void wipe() throws Exception;

    /** The newest events are gone, with all that was stored with them; those of an append go together. */
    protected abstract void lose(int newest) throws Exception;

    /** The oldest events go, up to a position, as when the log is trimmed. */
    protected abstract void trim(long upTo) throws Exception;

    /** The engine does not answer. */
    protected abstract void stop() throws Exception;

    /** The engine answers again, and has lost nothing. */
    protected abstract void restart() throws Exception;

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private SharedLog node() throws Exception {
        return node(Known.NOTHING);
    }

    private SharedLog node(Known known) throws Exception {
        SharedLog node = newNode();
        open.add(node);
        get(node.attach(known));
        return node;
    }

    private RecordingFollower follow(SharedLog node, long after) {
        RecordingFollower follower = new RecordingFollower();
        open.add(0, node.follow(after, follower));
        return follower;
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within " + LONG, e);
        }
    }

    static Publication texts(String... texts) {
        return Publication.of(Arrays.stream(texts).map(SharedLogContract::bytes).toList());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Publication underKey(String key, String content, String... texts) {
        return new Publication(texts(texts).records(), List.of(), Long.MAX_VALUE, key, content);
    }

    private static Publication withId(String id, long seen, String text) {
        return new Publication(List.of(bytes(text)), List.of(id), seen, null, "");
    }

    private static void assertFollowed(RecordingFollower follower, String... texts) {
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.texts()).containsExactly(texts));
        assertThat(follower.faults()).isEmpty();
    }

    @Test
    void beginsWithOneLifeAndNothingInIt() throws Exception {
        SharedLog node = newNode();
        open.add(node);

        Stand stand = get(node.attach(Known.NOTHING));

        assertThat(stand.lives()).hasSize(1);
        assertThat(stand.life().from()).isEqualTo(1);
        assertThat(stand.life().epoch()).matches("[0-9A-Za-z]+");
        assertThat(stand.head()).isZero();
        assertThat(stand.keptAfter()).isZero();
        assertThat(node.stand()).contains(stand);
        assertThat(node.fault()).isEmpty();
    }

    @Test
    void anotherNodeMeetsTheSameLife() throws Exception {
        SharedLog one = node();
        get(one.append(1, List.of(texts("a", "b"))));
        SharedLog other = newNode();
        open.add(other);

        Stand stand = get(other.attach(Known.NOTHING));

        assertThat(stand.lives()).isEqualTo(one.stand().orElseThrow().lives());
        assertThat(stand.head()).isEqualTo(2);
    }

    @Test
    void givesPositionsThatRiseByOneWhicheverNodeAppends() throws Exception {
        SharedLog one = node();
        SharedLog other = node();

        assertThat(get(one.append(1, List.of(texts("a"), texts("b", "c")))))
                .containsExactly(new Appended(1), new Appended(2));
        assertThat(get(other.append(1, List.of(texts("d"))))).containsExactly(new Appended(4));
        assertThat(get(one.append(2, List.of(texts("e"))))).containsExactly(new Appended(5));
    }

    @Test
    void everyFollowerGetsEverythingOnceInOneOrder() throws Exception {
        SharedLog one = node();
        SharedLog other = node();
        RecordingFollower atOne = follow(one, 0);
        RecordingFollower atOther = follow(other, 0);

        for (int i = 1; i <= 50; i++) {
            CompletionStage<List<Outcome>> first = one.append(i, List.of(texts("one" + i)));
            CompletionStage<List<Outcome>> second = other.append(i, List.of(texts("other" + i)));
            get(first);
            get(second);
        }

        await().atMost(LONG).untilAsserted(() -> assertThat(atOne.texts()).hasSize(100));
        await().atMost(LONG).untilAsserted(() -> assertThat(atOther.texts()).isEqualTo(atOne.texts()));
        assertThat(atOne.positions())
                .isEqualTo(IntStream.rangeClosed(1, 100).mapToObj(Long::valueOf).toList());
        assertThat(atOne.faults()).isEmpty();
        assertThat(atOther.faults()).isEmpty();
    }

    @Test
    void followsFromAPosition() throws Exception {
        SharedLog node = node();
        get(node.append(1, List.of(texts("a", "b", "c"))));

        RecordingFollower follower = follow(node, 1);

        assertFollowed(follower, "b", "c");
        assertThat(follower.told().get(0)).isEqualTo("stand");
    }

    @Test
    void aFollowerHearsNothingOnceItHasEnded() throws Exception {
        SharedLog node = node();
        RecordingFollower first = new RecordingFollower();
        AutoCloseable following = node.follow(0, first);
        get(node.append(1, List.of(texts("a"))));
        assertFollowed(first, "a");

        following.close();
        RecordingFollower second = follow(node, 1);
        get(node.append(2, List.of(texts("b"))));

        assertFollowed(second, "b");
        assertFollowed(first, "a");
    }

    @Test
    void tellsWhenTheEngineStored() throws Exception {
        SharedLog node = node();
        get(node.append(1, List.of(texts("a", "b"))));

        List<Stored> events = get(node.read(0, 10, 1 << 20)).events();

        assertThat(events.get(0).storedMs())
                .isPositive()
                .isEqualTo(events.get(1).storedMs());
    }

    @Test
    void storesNothingTwiceUnderOneSequence() throws Exception {
        SharedLog node = node();
        List<Publication> batch =
                List.of(texts("a", "b"), underKey("k", "content", "c"), underKey("k", "content", "d"));
        List<Outcome> first = get(node.append(1, batch));
        get(node().append(1, List.of(texts("between"))));

        List<Outcome> again = get(node.append(1, batch));

        assertThat(first).containsExactly(new Appended(1), new Appended(3), new Remembered(3, "content"));
        assertThat(again).isEqualTo(first);
        assertFollowed(follow(node, 0), "a", "b", "c", "between");
    }

    @Test
    void storesWhatLooksAlikeUnderAnotherSequence() throws Exception {
        SharedLog node = node();
        get(node.append(1, List.of(texts("a"))));

        assertThat(get(node.append(2, List.of(texts("a"))))).containsExactly(new Appended(2));
    }

    @Test
    void anotherNodeMayUseTheSameSequence() throws Exception {
        get(node().append(1, List.of(texts("a"))));

        assertThat(get(node().append(1, List.of(texts("b"))))).containsExactly(new Appended(2));
    }

    @Test
    void keepsRecordsAsTheyAre() throws Exception {
        byte[] all = new byte[1024];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        SharedLog node = node();
        get(node.append(1, List.of(Publication.of(List.of(all, new byte[] {0, 13, 10})))));

        List<Stored> events = get(node.read(0, 10, 1 << 20)).events();

        assertThat(events.get(0).record()).isEqualTo(all);
        assertThat(events.get(1).record()).isEqualTo(new byte[] {0, 13, 10});
    }

    @Test
    void appendsOnceUnderOneKeyOnWhicheverNode() throws Exception {
        SharedLog one = node();
        SharedLog other = node();
        get(one.append(1, List.of(underKey("key", "first {}", "a", "b"))));

        List<Outcome> outcomes = get(other.append(1, List.of(underKey("key", "second", "c"), texts("d"))));

        assertThat(outcomes).containsExactly(new Remembered(1, "first {}"), new Appended(3));
        assertFollowed(follow(other, 0), "a", "b", "d");
    }

    @Test
    void remembersAKeyWithoutEvents() throws Exception {
        SharedLog one = node();
        get(one.append(1, List.of(texts("a"))));
        get(one.append(2, List.of(underKey("key", "nothing new"))));

        List<Outcome> outcomes = get(node().append(1, List.of(underKey("key", "again", "b"))));

        assertThat(outcomes).hasOnlyElementsOfType(Remembered.class);
        assertThat(((Remembered) outcomes.get(0)).content()).isEqualTo("nothing new");
    }

    @Test
    void refusesAnIdThatAnotherNodeStoredMeanwhile() throws Exception {
        SharedLog one = node();
        SharedLog other = node();
        get(one.append(1, List.of(withId("id", 0, "a"))));

        assertThat(get(other.append(1, List.of(withId("id", 0, "b"))))).containsExactly(new Overtaken(1));
        assertThat(get(other.append(2, List.of(withId("id", 1, "b"))))).containsExactly(new Appended(2));
        assertThat(get(other.append(3, List.of(withId("id", Long.MAX_VALUE, "c")))))
                .containsExactly(new Appended(3));
        assertThat(get(one.append(2, List.of(withId("id", 1, "d"))))).containsExactly(new Overtaken(3));
        assertThat(get(one.append(3, List.of(withId("other", 0, "e"))))).containsExactly(new Appended(4));
    }

    @Test
    void aRefusedPublicationTakesNoPositionAndHoldsNobodyUp() throws Exception {
        SharedLog node = node();
        get(node.append(1, List.of(withId("id", 0, "a"))));

        List<Outcome> outcomes = get(node.append(2, List.of(texts("b"), withId("id", 0, "no"), texts("c"))));

        assertThat(outcomes).containsExactly(new Appended(2), new Overtaken(1), new Appended(3));
        assertFollowed(follow(node, 0), "a", "b", "c");
    }

    @Test
    void readsStretchesBoundedByNumberAndBytes() throws Exception {
        SharedLog node = node();
        get(node.append(1, List.of(texts("aaaa", "bbbb", "cccc", "dddd"))));

        Stretch two = get(node.read(1, 2, 1 << 20));
        Stretch small = get(node.read(0, 1000, 5));
        Stretch rest = get(node.read(4, 1000, 1 << 20));

        assertThat(two.events()).extracting(RecordingFollower::text).containsExactly("bbbb", "cccc");
        assertThat(two.upTo()).isEqualTo(3);
        assertThat(small.events()).extracting(Stored::position).containsExactly(1L, 2L);
        assertThat(small.upTo()).isEqualTo(2);
        assertThat(rest.events()).isEmpty();
        assertThat(rest.upTo()).isEqualTo(4);
    }

    @Test
    void tellsWhatWasTrimmed() throws Exception {
        SharedLog node = node();
        get(node.append(1, List.of(texts("a", "b", "c"))));
        trim(2);

        RecordingFollower follower = follow(node, 0);

        assertFollowed(follower, "c");
        assertThat(follower.stands().get(follower.stands().size() - 1).keptAfter())
                .isEqualTo(2);
        assertThat(get(node.read(0, 10, 1 << 20)).events())
                .extracting(Stored::position)
                .containsExactly(3L);
        assertThat(get(node().append(1, List.of(texts("d"))))).containsExactly(new Appended(4));
    }

    @Test
    void beginsAnewFarAboveWhatWasKnownOnceAllIsGone() throws Exception {
        SharedLog node = node();
        RecordingFollower follower = follow(node, 0);
        get(node.append(1, List.of(texts("a", "b"))));
        assertFollowed(follower, "a", "b");
        String before = follower.life().epoch();

        wipe();

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(follower.life().epoch()).isNotEqualTo(before));
        SharedLog.Life life = follower.life();
        assertThat(life.from()).isGreaterThanOrEqualTo(2 + SharedLog.JUMP);
        assertThat(get(node.append(2, List.of(texts("c"))))).containsExactly(new Appended(life.from()));
        assertFollowed(follower, "a", "b", "c");
        Stand stand = node.stand().orElseThrow();
        assertThat(stand.lives()).hasSize(2);
        assertThat(stand.lives().get(0).epoch()).isEqualTo(before);
        assertThat(stand.lives().get(0).lostAfter()).isLessThan(1);
        assertThat(stand.keptAfter()).isEqualTo(life.from() - 1);
    }

    @Test
    void appendsInTheNewLifeAlsoIfNobodyFollows() throws Exception {
        SharedLog node = node();
        get(node.append(1, List.of(texts("a", "b"))));

        wipe();
        List<Outcome> outcomes = get(node.append(2, List.of(texts("c"))));

        assertThat(outcomes).hasSize(1);
        assertThat(((Appended) outcomes.get(0)).first()).isGreaterThanOrEqualTo(2 + SharedLog.JUMP);
    }

    @Test
    void allNodesMoveToOneNewLife() throws Exception {
        SharedLog one = node();
        SharedLog other = node();
        RecordingFollower atOne = follow(one, 0);
        RecordingFollower atOther = follow(other, 0);
        get(one.append(1, List.of(texts("a"))));
        get(other.append(1, List.of(texts("b"))));
        assertFollowed(atOne, "a", "b");
        assertFollowed(atOther, "a", "b");
        String before = atOne.life().epoch();

        wipe();

        await().atMost(LONG).untilAsserted(() -> {
            assertThat(atOne.life().epoch()).isNotEqualTo(before);
            assertThat(atOther.life()).isEqualTo(atOne.life());
        });
        get(other.append(2, List.of(texts("c"))));
        assertFollowed(atOne, "a", "b", "c");
        assertFollowed(atOther, "a", "b", "c");
    }

    @Test
    void neverGivesAPositionToTwoEventsAfterALoss() throws Exception {
        SharedLog node = node();
        RecordingFollower follower = follow(node, 0);
        get(node.append(1, List.of(texts("a", "b"))));
        get(node.append(2, List.of(texts("c", "d"))));
        assertFollowed(follower, "a", "b", "c", "d");

        lose(2);
        List<Outcome> outcomes = get(node.append(3, List.of(texts("e"))));

        assertThat(((Appended) outcomes.get(0)).first()).isGreaterThanOrEqualTo(4 + SharedLog.JUMP);
        assertFollowed(follower, "a", "b", "c", "d", "e");
        List<SharedLog.Life> lives = node.stand().orElseThrow().lives();
        assertThat(lives).hasSize(2);
        assertThat(lives.get(0).lostAfter()).isEqualTo(2);
        assertThat(get(node.read(0, 10, 1 << 20)).events())
                .extracting(RecordingFollower::text)
                .containsExactly("a", "b", "e");
    }

    @Test
    void aFollowerNoticesALossWithoutAnAppend() throws Exception {
        SharedLog node = node();
        RecordingFollower follower = follow(node, 0);
        get(node.append(1, List.of(texts("a"))));
        get(node.append(2, List.of(texts("b"))));
        assertFollowed(follower, "a", "b");

        lose(1);

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(follower.stands()
                                .get(follower.stands().size() - 1)
                                .lives())
                        .hasSize(2));
    }

    @Test
    void aNodeThatKnowsMoreThanTheEngineBeginsANewLife() throws Exception {
        SharedLog first = node();
        get(first.append(1, List.of(texts("a", "b"))));
        get(first.append(2, List.of(texts("c"))));
        List<SharedLog.Life> lives = first.stand().orElseThrow().lives();
        first.close();
        lose(1);

        SharedLog second = node(new Known(lives, 3));

        Stand stand = second.stand().orElseThrow();
        assertThat(stand.lives()).hasSize(2);
        assertThat(stand.lives().get(0).lostAfter()).isEqualTo(2);
        assertThat(stand.life().from()).isGreaterThanOrEqualTo(3 + SharedLog.JUMP);
    }

    @Test
    void aNodeThatKnowsLessBeginsNothing() throws Exception {
        SharedLog first = node();
        get(first.append(1, List.of(texts("a", "b", "c"))));
        List<SharedLog.Life> lives = first.stand().orElseThrow().lives();

        SharedLog second = node(new Known(lives, 2));

        assertThat(second.stand().orElseThrow().lives()).isEqualTo(lives);
        assertFollowed(follow(second, 2), "c");
    }

    @Test
    void aNodeOfAnotherLogNeverGetsAPositionThatItKnows() throws Exception {
        get(node().append(1, List.of(texts("a"))));
        Known foreign = new Known(List.of(new SharedLog.Life("elsewhere", 1, Long.MAX_VALUE)), 5);

        SharedLog node = node(foreign);

        List<Outcome> outcomes = get(node.append(1, List.of(texts("b"))));
        assertThat(((Appended) outcomes.get(0)).first()).isGreaterThanOrEqualTo(5 + SharedLog.JUMP);
    }

    @Test
    void remembersNoMoreLivesThanItsBound() throws Exception {
        SharedLog node = node();
        long sequence = 0;
        for (int i = 0; i < SharedLog.MOST_LIVES + 3; i++) {
            get(node.append(++sequence, List.of(texts("a"))));
            wipe();
        }

        get(node.append(++sequence, List.of(texts("b"))));

        assertThat(node.stand().orElseThrow().lives()).hasSize(SharedLog.MOST_LIVES);
    }

    @Test
    void tellsAFollowerOnceThatTheEngineIsAwayAndBack() throws Exception {
        SharedLog node = node();
        RecordingFollower follower = follow(node, 0);
        get(node.append(1, List.of(texts("a"))));
        assertFollowed(follower, "a");

        stop();
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.told()).contains("away"));
        restart();
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.told()).contains("back"));
        await().atMost(LONG).untilAsserted(() -> assertThat(node.fault()).isEmpty());
        appendUntilAnswered(node, 2, texts("b"));

        assertFollowed(follower, "a", "b");
        List<String> turns = follower.told().stream()
                .filter(each -> each.equals("away") || each.equals("back"))
                .toList();
        assertThat(String.join(" ", turns)).as("one after the other").matches("away back( away back)*( away)?");
        assertThat(node.stand().orElseThrow().lives()).hasSize(1);
    }

    @Test
    void saysThatItCannotAppendWhileTheEngineIsAway() throws Exception {
        SharedLog node = node();
        follow(node, 0);
        stop();

        await().atMost(LONG).untilAsserted(() -> assertThat(node.fault()).isPresent());
        Throwable failure = node.append(1, List.of(texts("a")))
                .handle((done, error) -> error)
                .toCompletableFuture()
                .get(LONG.toSeconds(), TimeUnit.SECONDS);
        assertThat(failure).isNotNull();
        restart();

        appendUntilAnswered(node, 1, texts("a"));
        appendUntilAnswered(node, 2, texts("b"));
        assertThat(get(node.read(0, 10, 1 << 20)).events())
                .extracting(RecordingFollower::text)
                .containsExactly("a", "b");
    }

    private static void appendUntilAnswered(SharedLog node, long sequence, Publication publication) {
        await().atMost(LONG).untilAsserted(() -> {
            Throwable failure = node.append(sequence, List.of(publication))
                    .handle((done, error) -> error)
                    .toCompletableFuture()
                    .get(LONG.toSeconds(), TimeUnit.SECONDS);
            assertThat(failure).isNull();
        });
    }

    @Test
    void takesNothingOnceItIsClosed() throws Exception {
        SharedLog node = node();
        node.close();

        CompletionStage<List<Outcome>> appended = node.append(1, List.of(texts("a")));

        assertThat(appended.handle((done, error) -> error)
                        .toCompletableFuture()
                        .get(LONG.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(HistoryUnavailable.class);
    }
}
