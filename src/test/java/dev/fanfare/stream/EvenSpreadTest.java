package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvenSpreadTest {
    private static final Duration OVER = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(3);
    private static final long ROUNDING_NANOS = 1_000;

    private static EvenSpread of(int count, double phase) {
        return new EvenSpread(count, phase, OVER, RETRY);
    }

    private static LongStream arrivalsMs(EvenSpread spread) {
        return IntStream.range(0, spread.count())
                .mapToLong(i -> Duration.ofNanos(spread.leavesAtNanos(i))
                        .plus(spread.retry(i))
                        .toMillis());
    }

    private static List<Long> distances(LongStream times) {
        long[] sorted = times.sorted().toArray();
        return IntStream.range(1, sorted.length)
                .mapToObj(i -> sorted[i] - sorted[i - 1])
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 1000, 100_000})
    void atEachMomentAsManyHaveLeftAsItsShareOfTheTime(int count) {
        EvenSpread spread = of(count, 0.5);
        for (int percent = 0; percent < 100; percent++) {
            assertThat(spread.due(OVER.toNanos() / 100 * percent))
                    .as("%d%%", percent)
                    .isCloseTo(count * percent / 100, within(1));
        }
        assertThat(spread.due(OVER.toNanos())).isEqualTo(count);
        assertThat(spread.leavesAtNanos(count - 1)).isLessThan(OVER.toNanos());
    }

    @Test
    void aStreamIsDueAtItsTimeAndNotBefore() {
        EvenSpread spread = of(1000, 0.25);
        for (int i = 0; i < 1000; i++) {
            assertThat(spread.due(spread.leavesAtNanos(i) - ROUNDING_NANOS)).isEqualTo(i);
            assertThat(spread.due(spread.leavesAtNanos(i) + ROUNDING_NANOS)).isEqualTo(i + 1);
        }
    }

    @Test
    void reconnectionsArriveAtEvenDistancesOverTheDrainAndTheShortestDelay() {
        EvenSpread spread = of(100, 0.5);

        assertThat(distances(arrivalsMs(spread)))
                .allSatisfy(distance -> assertThat(distance).isCloseTo(130, within(2L)));
    }

    @Test
    void eachDelayIsItsOwnAndBetweenOneAndTwoTimesTheShortest() {
        EvenSpread spread = of(1000, 0.5);
        List<Duration> delays = IntStream.range(0, 1000).mapToObj(spread::retry).toList();

        assertThat(delays)
                .isSorted()
                .doesNotHaveDuplicates()
                .allSatisfy(delay -> assertThat(delay).isBetween(RETRY, RETRY.multipliedBy(2)));
        assertThat(delays.get(0)).isLessThan(RETRY.plusMillis(10));
        assertThat(delays.get(999)).isGreaterThan(RETRY.multipliedBy(2).minusMillis(10));
    }

    @Test
    void partsOfACrowdWithDifferentPhasesDoNotLeaveInStep() {
        LongStream both = Stream.of(of(50, 0.25), of(50, 0.75))
                .map(EvenSpreadTest::arrivalsMs)
                .reduce(LongStream.empty(), LongStream::concat);

        assertThat(distances(both)).allSatisfy(distance -> assertThat(distance).isCloseTo(130, within(2L)));
    }

    @Test
    void withoutADelayClientsComeAtOnceAndNothingIsDividedByNobody() {
        assertThat(new EvenSpread(3, 0.5, OVER, Duration.ZERO).retry(2)).isZero();
        assertThat(of(0, 0.5).due(0)).isZero();
        assertThat(of(0, 0.5).due(OVER.toNanos())).isZero();
    }
}
