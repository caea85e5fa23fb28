package dev.fanfare.cli;

import jakarta.json.JsonObject;
import java.util.List;

/**
 * What a server said of itself at a moment. Immutable.
 *
 * @param before the numbers of an earlier moment; without series if there is none
 * @param numbers of {@code /metrics}, or what {@code /status/fanfare} has of them
 * @param serverBefore an earlier {@code /status/fanfare} than {@code server}; empty if there is none
 * @param server {@code /status/fanfare}, empty where the client may not see it
 * @param statuses {@code /status}, empty where the client may not see it
 * @param notes what is missing, and why
 */
record TopMoment(
        Numbers before,
        Numbers numbers,
        JsonObject serverBefore,
        JsonObject server,
        JsonObject statuses,
        List<String> notes) {
    TopMoment {
        notes = List.copyOf(notes);
    }
}
