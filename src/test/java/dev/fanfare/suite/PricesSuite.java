package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.Event;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code GET /prices}: one broadcaster for all. */
abstract class PricesSuite extends Subject {

    PricesSuite(HttpSuite suite) {
        super(suite);
    }

    @Test
    void pricesComeWithoutATypeAsJson() {
        Event event = open("/prices").next();

        assertThat(event.type()).isEqualTo("message");
        JsonObject price = json(event.data());
        assertThat(price.getString("symbol")).matches("[A-Z]{4}");
        assertThat(price.getJsonNumber("price").bigDecimalValue()).isPositive();
        assertThat(price.getJsonNumber("change")).isNotNull();
        assertThat(Instant.parse(price.getString("time")))
                .isBefore(Instant.now().plusSeconds(1));
    }

    @Test
    void twoClientsGetTheSameEventsWithTheSameIds() {
        EventStream first = open("/prices");
        EventStream second = open("/prices");

        Event begin = second.next();
        Event met = first.next();
        while (!met.id().equals(begin.id())) {
            assertThat(number(met)).as("the first has what the second has").isLessThan(number(begin));
            met = first.next();
        }

        assertThat(met).isEqualTo(begin);
        assertThat(first.next(20)).isEqualTo(second.next(20));
    }

    @Test
    void idsCountOn() {
        assertCountsOn(open("/prices").next(20));
    }

    @Test
    void clientsThatLeaveDoNotDisturbTheOthers() {
        EventStream stays = open("/prices");
        EventStream resets = open("/prices");
        EventStream leaves = open("/prices");
        resets.next();
        leaves.next();

        resets.reset();
        leaves.close();

        assertCountsOn(stays.next(40));
    }

    @Test
    void aClientThatReadsNothingDoesNotDisturbTheOthers() throws IOException {
        EventStream reads = open("/prices");
        try (Socket stalled = EventStream.openStalled(host().port(), host().target("/prices"))) {
            assertThat(stalled.isConnected()).isTrue();
            assertCountsOn(reads.next(60));
        }
    }

    @Test
    void pricesMoveAgainWhenSomebodyComesAfterAllHaveLeft() {
        EventStream first = open("/prices");
        Event last = first.next();
        first.close();

        EventStream second = open("/prices");

        assertThat(number(second.next())).isGreaterThan(number(last));
        assertCountsOn(second.next(5));
    }

    private static void assertCountsOn(List<Event> events) {
        for (int i = 1; i < events.size(); i++) {
            assertThat(number(events.get(i))).isEqualTo(number(events.get(i - 1)) + 1);
        }
    }

    private static long number(Event event) {
        return Long.parseLong(event.id());
    }
}
