package dev.fanfare.log;

import java.time.Duration;

/**
 * What a history holds and has done, at one moment. Counters begin with the process and only grow, so that the difference of
 * two snapshots tells what happened between them.
 *
 * @param events events kept
 * @param bytes bytes that they take up, in memory or in a file
 * @param oldestAge how long ago the oldest kept event was appended; zero if there is none
 * @param commits how often events were made safe; several appends may share a commit
 * @param committedEvents events appended by these commits
 * @param commitTime time spent in them
 * @param failedCommits commits that failed
 * @param reads pages and ids that were looked up
 */
public record HistoryStats(
        long events,
        long bytes,
        Duration oldestAge,
        long commits,
        long committedEvents,
        Duration commitTime,
        long failedCommits,
        long reads) {

    /** Of a history that keeps and counts nothing. */
    public static final HistoryStats NONE = new HistoryStats(0, 0, Duration.ZERO, 0, 0, Duration.ZERO, 0, 0);
}
