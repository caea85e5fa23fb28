package dev.fanfare.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one server did in one row of one round.
 *
 * @param figures name with unit, and value, in the order of the report
 */
record Result(int round, Row row, Subject subject, Map<String, Double> figures) {
    Result {
        figures = new LinkedHashMap<>(figures);
    }
}
