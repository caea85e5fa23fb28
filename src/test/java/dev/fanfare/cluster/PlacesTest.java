package dev.fanfare.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.cluster.Places.Cursor;
import dev.fanfare.cluster.Places.Stretch;
import dev.fanfare.log.SharedLog.Life;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacesTest {
    /** Events 301 to 1000 lie at 1 to 700 of the copy, those from 5001 on at 701 and above. */
    private final Places places = new Places(
            List.of(new Life("one", 1, 1000), new Life("two", 5001, Long.MAX_VALUE)),
            List.of(new Stretch(1, 301), new Stretch(701, 5001)));

    @Test
    void eventsHaveThePositionsOfTheLog() {
        assertThat(places.sharedOf(1)).isEqualTo(301);
        assertThat(places.sharedOf(700)).isEqualTo(1000);
        assertThat(places.sharedOf(701)).isEqualTo(5001);
        assertThat(places.cursorOf(699)).isEqualTo(999);
        assertThat(places.cursorOf(700)).isEqualTo(5000);
    }

    @Test
    void aCursorAtTheEndOfALifeMissedNothingAndOneAboveItDid() {
        assertThat(places.find(999)).isEqualTo(new Cursor(999, 699));
        assertThat(places.find(1000)).isEqualTo(new Cursor(1000, 700));
        assertThat(places.find(1001)).isEqualTo(new Cursor(5000, 700));
        assertThat(places.find(5000)).isEqualTo(new Cursor(5000, 700));
        assertThat(places.find(5001)).isEqualTo(new Cursor(5001, 701));
        assertThat(places.find(299)).isEqualTo(new Cursor(300, 0));
    }

    @Test
    void aPositionKeepsTheEpochOfItsLife() {
        assertThat(places.epochOf(1000)).isEqualTo("one");
        assertThat(places.epochOf(5000)).isEqualTo("two");
        assertThat(Places.NOWHERE.epochOf(1)).isNull();
    }

    @Test
    void theTextOfPlacesIsReadAsThemselves() {
        assertThat(Places.read(places.text())).isEqualTo(places);
        assertThat(Places.read("")).isEqualTo(Places.NOWHERE);
        assertThatThrownBy(() -> Places.read("2\n")).hasMessageContaining("version 2");
        assertThatThrownBy(() -> Places.read("1\nlife one\n")).hasMessageContaining("life one");
    }

    @Test
    void aNewLifeTakesThePlaceOfOneWithoutEventsAndThoseThatAreGoneAreForgotten() {
        assertThat(places.goingOn(new Stretch(701, 9001), 0).stretches())
                .containsExactly(new Stretch(1, 301), new Stretch(701, 9001));
        assertThat(places.goingOn(new Stretch(801, 9001), 701).stretches())
                .containsExactly(new Stretch(701, 5001), new Stretch(801, 9001));
        assertThat(places.upTo(1000).stretches()).containsExactly(new Stretch(1, 301));
    }
}
