package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.rules.ChangeRule;
import dev.fanfare.status.rules.DeadBand;
import dev.fanfare.status.rules.Pace;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients are sent of a status under rules of the source and of their own. */
class StatusRulesTest extends StatusRulesFixture {
    @Test
    void aClientIgnoresWhatTheOthersSee() {
        source(SourceSettings.builder());
        set("{\"price\":1,\"ts\":1}");
        RecordingOutlet plain = join();
        RecordingOutlet narrow = join("ignore=/ts");
        set("{\"price\":1,\"ts\":2}");
        set("{\"price\":2,\"ts\":3}");
        assertPrices(plain, "1", "1", "2");
        assertPrices(narrow, "1", "2");
        assertThat(narrow.events().get(1).data()).isEqualTo("{\"price\":2,\"ts\":3}");
    }

    @Test
    void theIdIsThatOfWhatTheClientDoesNotIgnoreInStreamAndSnapshot() {
        source(SourceSettings.builder());
        set("{\"price\":1,\"ts\":1}");
        RecordingOutlet client = join("ignore=/ts");
        client.awaitEvents(1);
        String id = client.events().get(0).id();
        set("{\"price\":1,\"ts\":2}");
        assertThat(joinFrom(id, "ignore=/ts").events()).isEmpty();
        assertThat(statuses.snapshot(statuses.url("prices", Map.of()), options("ignore=/ts"))
                        .toCompletableFuture()
                        .join())
                .isInstanceOfSatisfying(
                        Snapshot.Known.class,
                        known -> assertThat(known.status().id()).isEqualTo(id));
        set("{\"price\":1,\"ts\":3,\"state\":\"done\"}");
        client.awaitEnd();
        String end = client.events().get(2).id();
        assertThat(statuses.admit(statuses.url("prices", Map.of()), options("ignore=/ts"), end))
                .isCompletedWithValue(Admission.OVER);
        assertThat(statuses.admit(statuses.url("prices", Map.of()), options(), end))
                .isCompletedWithValue(Admission.STREAM);
    }

    @Test
    void aNumberInItsDeadBandIsNoChange() {
        source(SourceSettings.builder());
        price("10");
        RecordingOutlet client = join("deadband=/price:0.5");
        price("10.4");
        price("9.5");
        price("10.51");
        price("10.2");
        price("10.01");
        assertPrices(client, "10", "10.51");
    }

    @ParameterizedTest
    @CsvSource({
        "100, 100.9, false",
        "100, 101, false",
        "100, 101.1, true",
        "-100, -98.9, true",
        "0, 0.0001, true",
        "1e400, 2e400, true",
        "1e999999999, 1, true",
        "1, 1e-999999999, true"
    })
    void aDeadBandInPercentIsOfWhatWasSentLast(String before, String now, boolean isChange) {
        source(SourceSettings.builder());
        set("{\"price\":" + before + ",\"n\":0}");
        RecordingOutlet client = join("deadband=/price:1pct");
        set("{\"price\":" + now + ",\"n\":0}");
        set("{\"price\":" + now + ",\"n\":1}");
        client.awaitEvents(isChange ? 3 : 2);
        assertThat(client.events()).hasSize(isChange ? 3 : 2);
    }

    @Test
    void whatHasNoDeadBandCountsBesideWhatHas() {
        source(SourceSettings.builder());
        set("{\"price\":10,\"volume\":1}");
        RecordingOutlet client = join("deadband=/price:0.5");
        set("{\"price\":10.1,\"volume\":2}");
        set("{\"price\":\"none\",\"volume\":2}");
        set("{\"volume\":2}");
        client.awaitEvents(4);
        assertThat(client.events())
                .extracting(Received::data)
                .containsExactly(
                        "{\"price\":10,\"volume\":1}",
                        "{\"price\":10.1,\"volume\":2}",
                        "{\"price\":\"none\",\"volume\":2}",
                        "{\"volume\":2}");
    }

    @Test
    void whoComesWhileANumberIsInItsDeadBandGetsItAndMissesNoMoveOutOfIt() {
        source(SourceSettings.builder());
        price("10");
        RecordingOutlet first = join("deadband=/price:0.5");
        price("10.4");
        RecordingOutlet second = join("deadband=/price:0.5");
        price("9.8");
        assertPrices(second, "10.4", "9.8");
        assertPrices(first, "10", "9.8");
    }

    @Test
    void theFinalStatusIsSentThoughItIsInTheDeadBandOrHeldBack() {
        source(SourceSettings.builder());
        price("10");
        RecordingOutlet banded = join("deadband=/price:0.5");
        RecordingOutlet slow = join("min-interval=1h");
        set("{\"price\":10.1}");
        set("{\"price\":10.1,\"state\":\"done\"}");
        for (RecordingOutlet client : List.of(banded, slow)) {
            client.awaitEnd();
            assertThat(client.events()).extracting(Received::type).containsExactly("update", "update", "end");
            assertThat(client.events().get(1).data()).isEqualTo("{\"price\":10.1,\"state\":\"done\"}");
        }
    }

    @Test
    void aStatusThatIsEndedFromOutsideEndsWithWhatWasHeldBack() {
        source(SourceSettings.builder());
        price("1");
        RecordingOutlet client = join("min-interval=1h");
        price("2");
        assertThat(statuses.end("prices", Map.of())).isCompletedWithValue(true);
        client.awaitEnd();
        assertThat(client.events()).extracting(Received::type).containsExactly("update", "update", "end");
        assertThat(client.events())
                .extracting(Received::data)
                .containsExactly("{\"price\":1}", "{\"price\":2}", "{\"price\":2}");
    }

    @Test
    void changesComeNoFasterThanTheIntervalAndTheNewestIsNotLost() {
        source(SourceSettings.builder());
        price("1");
        RecordingOutlet client = join("min-interval=2s");
        price("2");
        price("3");
        sleep(1999);
        assertPrices(client, "1");
        sleep(1);
        assertPrices(client, "1", "3");
        sleep(5000);
        price("4");
        assertPrices(client, "1", "3", "4");
        price("5");
        sleep(1999);
        price("4.0");
        sleep(10_000);
        price("6");
        assertPrices(client, "1", "3", "4", "6");
    }

    @Test
    void whoComesDuringTheIntervalGetsTheNewestAtOnceAndNotAgain() {
        source(SourceSettings.builder());
        price("1");
        RecordingOutlet first = join("min-interval=2s");
        price("2");
        sleep(500);
        RecordingOutlet second = join("min-interval=2s");
        sleep(500);
        price("3");
        RecordingOutlet third = join("min-interval=2s");
        sleep(1000);
        price("4");
        sleep(2000);
        assertPrices(first, "1", "3", "4");
        assertPrices(second, "2", "3", "4");
        assertPrices(third, "3", "4");
    }

    @Test
    void aStatusThatComesBackDuringTheIntervalIsSentToThoseOnlyWhoHaveAnother() {
        source(SourceSettings.builder());
        price("1");
        RecordingOutlet first = join("min-interval=2s");
        price("2");
        RecordingOutlet second = join("min-interval=2s");
        price("1");
        RecordingOutlet third = join("min-interval=2s");
        sleep(2000);
        price("5");
        sleep(2000);
        assertPrices(first, "1", "5");
        assertPrices(second, "2", "1", "5");
        assertPrices(third, "1", "5");
    }

    @Test
    void whoComesBackWithWhatWasSentLastWaitsLikeTheOthers() {
        source(SourceSettings.builder());
        price("1");
        RecordingOutlet first = join("min-interval=2s");
        first.awaitEvents(1);
        price("2");
        RecordingOutlet back = joinFrom(first.events().get(0).id(), "min-interval=2s");
        sleep(2000);
        assertPrices(first, "1", "2");
        assertPrices(back, "2");
    }

    @Test
    void aChangeIsSentOnceItHasLasted() {
        source(SourceSettings.builder());
        price("1");
        RecordingOutlet client = join("debounce=1s");
        price("2");
        sleep(900);
        price("3");
        sleep(900);
        assertPrices(client, "1");
        sleep(100);
        assertPrices(client, "1", "3");
        price("4");
        sleep(900);
        price("3");
        sleep(60_000);
        assertPrices(client, "1", "3");
    }

    @Test
    void whatNeverRestsIsSentNevertheless() {
        source(SourceSettings.builder());
        price("0");
        RecordingOutlet client = join("debounce=1s");
        for (int i = 1; i <= 2500; i++) {
            price("" + i);
            sleep(10);
        }
        client.awaitEvents(3);
        assertThat(client.events()).hasSize(3);
    }

    @Test
    void aClientCantWidenTheRulesOfTheSource() {
        source(SourceSettings.builder()
                .change(ChangeRule.of(List.of("/ts"), List.of(DeadBand.parse("/price:1"))))
                .pace(new Pace(Duration.ofSeconds(2), Duration.ZERO)));
        set("{\"price\":1,\"ts\":1}");
        RecordingOutlet client = join("ignore=/x", "deadband=/price:0.1,/price:0.001pct", "min-interval=1ms");
        set("{\"price\":1.9,\"ts\":2}");
        set("{\"price\":2.1,\"ts\":3}");
        sleep(1999);
        assertPrices(client, "1");
        sleep(1);
        assertPrices(client, "1", "2.1");
    }

    @Test
    void equalRulesShareAChannelHoweverTheyAreWritten() {
        source(SourceSettings.builder());
        price("1");
        join("ignore=/a,/b", "min-interval=2s");
        join("ignore=/b", "ignore=/a", "min-interval=2000ms");
        join("ignore=/b,/a,/a", "min-interval=2s", "heartbeat=event");
        assertThat(statuses.watches("prices").get(0).ruleSets()).isEqualTo(1);
        assertThat(statuses.watches("prices").get(0).clients()).isEqualTo(3);
    }

    @Test
    void moreRuleSetsThanTheBoundAreRefusedButNobodyWithoutRules() {
        source(SourceSettings.builder());
        price("1");
        List<RecordingOutlet> clients = new ArrayList<>();
        for (int i = 0; i < WatcherGroups.MAX_RULE_SETS; i++) {
            clients.add(join("ignore=/x" + i));
        }
        StatusUrl url = statuses.url("prices", Map.of());
        assertThat(statuses.admit(url, options("ignore=/y"), null)).isCompletedWithValue(Admission.TOO_MANY_RULES);
        RecordingOutlet refused = new RecordingOutlet();
        statuses.join(url, options("ignore=/y"), null, refused, reason -> {});
        refused.awaitEnd();
        clients.add(join("ignore=/x3"));
        clients.add(join());
        price("2");
        clients.forEach(client -> assertPrices(client, "1", "2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ignore=x",
                "deadband=/price",
                "deadband=/price:-1",
                "deadband=/price:1%",
                "deadband=price:1",
                "min-interval=2",
                "min-interval=2h",
                "min-interval=-1s",
                "debounce=99999999999s",
                "form=patch",
                "form=MERGE-PATCH",
                "heartbeat=yes"
            })
    void rulesThatCantBeReadAreRefused(String query) {
        source(SourceSettings.builder());
        assertThatThrownBy(() -> options(query))
                .isInstanceOf(ParamsRefused.class)
                .hasMessageContaining(query.substring(0, query.indexOf('=')));
    }

    @Test
    void rulesHaveBounds() {
        source(SourceSettings.builder());
        String many = "ignore=" + "/a,".repeat(21);
        assertThatThrownBy(() -> options(many)).hasMessageContaining("at most 20");
        String lengthy = "ignore=/" + "a".repeat(3000);
        assertThatThrownBy(() -> options(lengthy)).hasMessageContaining("2048");
        assertThatThrownBy(() -> options("form=merge-patch", "form=json-patch")).hasMessageContaining("2 times");
    }
}
