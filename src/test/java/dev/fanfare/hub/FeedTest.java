package dev.fanfare.hub;

import static dev.fanfare.hub.HubFixture.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.log.Follower;
import dev.fanfare.log.History;
import dev.fanfare.log.LogMode;
import dev.fanfare.testing.ForwardingHistory;
import dev.fanfare.testing.RecordingOutlet.Received;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Subscribers get what the history has, whoever appended it, in its order, and whatever the history does not tell of. */
@Timeout(240)
class FeedTest {
    private UntoldHistory history = new UntoldHistory(HubFixture.memory());
    private HubFixture fixture = HubFixture.of(HubFixture.SETTINGS, 1, history, LogMode.RESUMABLE, 16);

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Has so many events in the history, from 1 on, and tells nobody. */
    private void append(int count) {
        for (int i = 0; i < count; i++) {
            HubFixture.join(history.append(List.of(event("" + (history.head() + 1), "a"))));
        }
    }

    private void tell(long first, long last) {
        for (long position = first; position <= last; position++) {
            history.follower.events(position - 1, position, List.of(event("" + position, "a")));
        }
    }

    @Test
    void whatOthersAppendReachesSubscribersToo() {
        Client client = fixture.join("a");
        append(3);
        tell(1, 3);
        client.assertNumbers(1, 3);
        assertThat(fixture.hub.dispatched()).isEqualTo(3);
    }

    @Test
    void whatComesTooEarlyWaitsForWhatLiesBeforeIt() {
        Client client = fixture.join("a");
        append(5);
        tell(4, 5);
        tell(2, 3);
        assertThat(fixture.hub.dispatched()).isZero();
        tell(1, 1);
        client.assertNumbers(1, 5);
    }

    @Test
    void anEventThatIsNeverToldHoldsUpNoMoreThanABound() {
        Client client = fixture.join("a");
        int last = Dispatcher.MAX_EARLY_EVENTS + 2;
        append(last);
        tell(2, last);
        client.assertNumbers(1, last);
        assertThat(fixture.hub.dispatched()).isEqualTo(last);
        tell(1, 1); // it comes late, and has been read
        append(1);
        tell(last + 1, last + 1);
        client.assertNumbers(1, last + 1);
    }

    @Test
    void whatIsPassedOverIsReadInTheHistory() {
        Client client = fixture.join("a");
        append(40);
        tell(1, 2);
        history.follower.passOver(39);
        tell(40, 40);
        client.assertNumbers(1, 40);
        assertThat(fixture.hub.stats().gaps()).isZero();
    }

    @Test
    void whatIsPassedOverAndGoneIsReportedByAGap() {
        begin(HubFixture.memory(10));
        Client client = fixture.join("a");
        append(3);
        tell(1, 3);
        client.assertNumbers(1, 3);
        append(50);
        history.follower.passOver(53);
        client.outlet().awaitEvents(14);
        List<Received> events = client.events();
        assertThat(events.get(3).type()).isEqualTo("gap");
        assertThat(client.outlet().data().subList(4, 14)).startsWith("44").endsWith("53");
    }

    @Test
    void aHoleInPositionsHoldsUpNothing() {
        Client client = fixture.join("a");
        tell(1, 1);
        history.follower.events(1, 5, List.of(event("5", "a"), event("6", "a")));
        client.assertData("1", "5", "6");
        long jump = 1L << 30;
        history.follower.events(6, jump, List.of(event("jumped", "a")));
        client.assertData("1", "5", "6", "jumped");
        assertThat(fixture.hub.stats().tailEvents()).isEqualTo(1);
    }

    private void begin(History kept) {
        fixture.close();
        history = new UntoldHistory(kept);
        fixture = HubFixture.of(HubFixture.SETTINGS, 1, history, LogMode.RESUMABLE, 16);
    }

    /** A history that tells nobody; tests do. */
    private static final class UntoldHistory extends ForwardingHistory {
        Follower follower = Follower.NONE;

        UntoldHistory(History kept) {
            super(kept);
        }

        @Override
        public void follow(Follower next) {
            follower = follower.and(next);
        }
    }
}
