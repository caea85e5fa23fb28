package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.event.Topic;
import dev.fanfare.log.LogMode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a client goes on that names an id, and what it is answered. */
@Timeout(240)
class ResumePointTest {
    private static final Rights MINE = topics -> topics.contains(new Topic("mine"));

    private HubFixture fixture = HubFixture.resumable();

    @AfterEach
    void close() {
        fixture.close();
    }

    private void begin(int maxEvents) {
        fixture.close();
        fixture = HubFixture.of(HubFixture.SETTINGS, 1, HubFixture.memory(maxEvents), LogMode.RESUMABLE, 16);
    }

    private String id(long position) {
        return fixture.hub.idAt(position).value();
    }

    private ResumePoint locate(String id, Rights rights) {
        return HubFixture.join(fixture.hub.locate(id, rights));
    }

    private void publish(String id, String topic, boolean isPrivate) {
        fixture.publish(Event.builder()
                .id(id)
                .topic(topic)
                .data(id)
                .isPrivate(isPrivate)
                .build());
    }

    @Test
    void earliestIsAllThatIsKept() {
        begin(10);
        fixture.publishNumbered(1, 30, "a");
        ResumePoint start = locate("earliest", Rights.PUBLIC_ONLY);
        assertThat(start.answer()).isEqualTo("earliest");
        Client client = fixture.join(new Client(), start, Rights.PUBLIC_ONLY, "a");
        client.assertNumbers(21, 30);
    }

    @Test
    void earliestOfAnEmptyLogIsItsBeginning() {
        ResumePoint start = locate("earliest", Rights.PUBLIC_ONLY);
        fixture.publishNumbered(1, 3, "a");
        assertThat(start.answer()).isEqualTo("earliest");
        fixture.join(new Client(), start, Rights.PUBLIC_ONLY, "a").assertNumbers(1, 3);
    }

    @Test
    void whoNamesNoIdIsAnsweredNone() {
        assertThat(HubFixture.join(fixture.hub.locate(null, Rights.ALL)).answer())
                .isNull();
    }

    @Test
    void whoNamesAnEmptyIdGetsWhatFollowsTheAnsweredPlace() {
        assertThat(locate("", Rights.ALL).answer()).isEqualTo("earliest");
        fixture.publishNumbered(1, 3, "a");
        ResumePoint start = locate("", Rights.ALL);
        fixture.publish("4", "a");
        assertThat(start.answer()).isEqualTo(id(3));
        fixture.join(new Client(), start, Rights.ALL, "a").assertData("4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mine", "\u00E9t\u00E9 \u2603 \uD83D\uDE00", "urn:uuid:1#x%20\"", "gap"})
    void anIdThatIsKnownIsAnswered(String own) {
        fixture.publishNumbered(1, 3, "a");
        publish(own, "a", false);
        fixture.publishNumbered(5, 6, "a");
        ResumePoint start = locate(own, Rights.PUBLIC_ONLY);
        assertThat(start).isEqualTo(new ResumePoint(4, null, own));
        assertThat(locate(id(2), Rights.PUBLIC_ONLY)).isEqualTo(new ResumePoint(2, null, id(2)));
    }

    @Test
    void ofSeveralEventsWithOneIdTheEarliestKeptCounts() {
        begin(4);
        publish("twice", "a", false);
        publish("twice", "a", false);
        assertThat(locate("twice", Rights.PUBLIC_ONLY).after()).isEqualTo(1);
        fixture.publishNumbered(3, 5, "a");
        assertThat(locate("twice", Rights.PUBLIC_ONLY).after()).isEqualTo(2);
        fixture.publishNumbered(6, 6, "a");
        assertThat(locate("twice", Rights.PUBLIC_ONLY).unknownId()).isEqualTo("twice");
    }

    @Test
    void anIdWhoseEventIsGoneIsAnsweredByEarliestUnlessNothingElseIs() {
        begin(10);
        fixture.publishNumbered(1, 30, "a");
        assertThat(locate(id(19), Rights.ALL)).isEqualTo(new ResumePoint(19, null, "earliest"));
        assertThat(locate(id(20), Rights.ALL)).isEqualTo(new ResumePoint(20, null, id(20)));
    }

    @Test
    void anUnknownIdIsAnsweredByWhatPrecedesTheReplay() {
        fixture.publishNumbered(1, 1000, "a");
        assertThat(locate("unknown", Rights.ALL)).isEqualTo(new ResumePoint(0, "unknown", "earliest"));
        fixture.publishNumbered(1001, 1005, "a");
        assertThat(locate("unknown", Rights.ALL)).isEqualTo(new ResumePoint(5, "unknown", id(5)));
    }

    @Test
    void theIdOfAPrivateEventIsUnknownToWhoMayNotSeeIt() {
        fixture.publishNumbered(1, 3, "a");
        publish("secret", "mine", true);
        fixture.publishNumbered(5, 6, "a");
        ResumePoint unknown = locate("sEcret", Rights.PUBLIC_ONLY);
        ResumePoint secret = locate("secret", Rights.PUBLIC_ONLY);
        assertThat(secret).isEqualTo(new ResumePoint(unknown.after(), "secret", unknown.answer()));
        assertThat(locate("secret", topics -> topics.contains(new Topic("a")))).isEqualTo(secret);
        assertThat(locate("secret", MINE)).isEqualTo(new ResumePoint(4, null, "secret"));

        Client stranger = fixture.join(new Client(), secret, Rights.PUBLIC_ONLY, "a", "mine");
        Client other = fixture.join(new Client(), unknown, Rights.PUBLIC_ONLY, "a", "mine");
        stranger.outlet().awaitEvents(6);
        other.outlet().awaitEvents(6);
        assertThat(stranger.outlet().text().replace("secret", "sEcret"))
                .isEqualTo(other.outlet().text());
    }

    @Test
    void anEventOfOnesOwnIsFoundBehindAHiddenOneWithTheSameId() {
        publish("taken", "mine", true);
        publish("taken", "a", false);
        assertThat(locate("taken", Rights.PUBLIC_ONLY)).isEqualTo(new ResumePoint(2, null, "taken"));
        assertThat(locate("taken", MINE)).isEqualTo(new ResumePoint(1, null, "taken"));
    }

    @Test
    void theHistoryIsAskedTheSameForAnIdThatIsUnknownAndOneThatIsPrivate() {
        ScriptedHistory history = new ScriptedHistory(HubFixture.memory());
        fixture.close();
        fixture = HubFixture.of(HubFixture.SETTINGS, 1, history, LogMode.RESUMABLE, 16);
        publish("secret", "mine", true);
        fixture.publishNumbered(1, 300, "a");
        for (String id : List.of("secret", "unknown", "neither")) {
            int before = history.readCount();
            locate(id, Rights.PUBLIC_ONLY);
            assertThat(history.readCount() - before).as(id).isEqualTo(1);
        }
    }

    @Test
    void replayAsksTheRightsOfNow() {
        publish("1", "mine", true);
        publish("2", "mine", false);
        publish("3", "mine", true);
        Client before = fixture.join(new Client(), ResumePoint.after(0), MINE, "mine");
        before.assertData("1", "2", "3");
        fixture.join(new Client(), locate("2", Rights.PUBLIC_ONLY), Rights.PUBLIC_ONLY, "mine");
        Client now = fixture.join(new Client(), ResumePoint.after(0), Rights.PUBLIC_ONLY, "mine");
        fixture.publish("end", "mine");
        now.assertData("2", "end");
        fixture.join(new Client(), ResumePoint.after(0), MINE, "mine").assertData("1", "2", "3", "end");
    }
}
