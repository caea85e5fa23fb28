package dev.fanfare.status.rules;

import java.math.BigDecimal;
import java.util.List;

/**
 * What a {@link ChangeRule} sees of a status.
 *
 * @param id stands for all that is not ignored
 * @param coarse stands for the same but for the numbers that have a dead-band; the id where there are no dead-bands
 * @param numbers those numbers, in the order of the document
 */
public record Fingerprint(String id, String coarse, List<BandedNumber> numbers) {

    /** A number and its dead-bands. */
    record BandedNumber(List<DeadBand> bands, BigDecimal number) {
        boolean hasLeftAll(BigDecimal before) {
            return bands.stream().allMatch(band -> band.isLeft(before, number));
        }
    }

    public Fingerprint {
        numbers = List.copyOf(numbers);
    }

    /** Whether a status that was {@code before} has changed: something else has, or a number has left all its bands. */
    public boolean differsFrom(Fingerprint before) {
        if (id.equals(before.id)) {
            return false;
        }
        if (!coarse.equals(before.coarse) || numbers.size() != before.numbers.size()) {
            return true;
        }
        for (int i = 0; i < numbers.size(); i++) {
            if (numbers.get(i).hasLeftAll(before.numbers.get(i).number())) {
                return true;
            }
        }
        return false;
    }
}
