package dev.fanfare.cli.load;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a load has found.
 *
 * @param plan what was to be done
 * @param asked how many subscribers asked for a stream
 * @param subscribers how many have one at the end
 * @param lost why others have none, and how often for each reason
 * @param failures why publishers ended early, one for each that did
 * @param seconds how long was measured
 * @param events how many events were published in that time
 * @param deliveries how many events the subscribers got in that time, all together
 * @param missed how many events subscribers did not get in their order, from the first one on
 * @param repeated how many came late or twice
 * @param latency from when events were due to when subscribers had them, in nanoseconds
 * @param answers from when events were due to when they were answered, in nanoseconds
 */
public record LoadResult(
        Load.Plan plan,
        int asked,
        long subscribers,
        Map<String, Long> lost,
        List<String> failures,
        double seconds,
        long events,
        long deliveries,
        long missed,
        long repeated,
        Histogram latency,
        Histogram answers) {

    /** Whether every subscriber got every event once and in order. */
    public boolean isComplete() {
        return lost.isEmpty() && failures.isEmpty() && missed == 0 && repeated == 0;
    }
}
