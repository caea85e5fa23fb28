package dev.fanfare.hub;

import static dev.fanfare.hub.HubFixture.event;

import dev.fanfare.event.Selector;
import dev.fanfare.log.LogMode;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.wire.EventEncoder;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An event that could not be encoded, say for want of memory. */
@Timeout(240)
class EncodingFailureTest {
    private final HubFixture fixture = HubFixture.resumable();
    private final AtomicInteger failures = new AtomicInteger();
    private final Hub hub =
            new Hub(fixture.history, fixture.loops, HubSettings.of(LogMode.RESUMABLE, 1024, 1 << 20), event -> {
                if ("2".equals(event.data()) && failures.getAndDecrement() > 0) {
                    throw new OutOfMemoryError("for the test");
                }
                return EventEncoder.encode(event);
            });

    @AfterEach
    void close() {
        fixture.close();
    }

    private Client join(String selector) {
        Client client = new Client();
        hub.subscribe(client::outlet, JoinRequest.to(List.of(Selector.parse(selector))), client::closed);
        return client;
    }

    @Test
    void anEventThatCouldNotBeEncodedIsReadInTheHistoryAndHoldsUpNothing() {
        List<Client> clients = List.of(join("a"), join("*"), join("{x}"));
        failures.set(1);
        for (int i = 1; i <= 4; i++) {
            HubFixture.join(hub.publish(event("" + i, "a")));
        }
        clients.forEach(client -> client.assertData("1", "2", "3", "4"));
    }

    @Test
    void oneThatCanNeverBeEncodedClosesWhoWantsItAndHoldsUpNobodyElse() {
        Client wants = join("a");
        Client other = join("b");
        failures.set(Integer.MAX_VALUE);
        HubFixture.join(hub.publish(event("1", "a")));
        HubFixture.join(hub.publish(event("2", "a")));
        HubFixture.join(hub.publish(event("3", "a", "b")));
        other.assertData("3");
        org.assertj.core.api.Assertions.assertThat(wants.awaitClosed()).isEqualTo(CloseReason.FAILED);
    }
}
