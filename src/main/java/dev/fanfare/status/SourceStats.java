package dev.fanfare.status;

import java.time.Duration;

/**
 * What a source has been asked, and who is interested, at one moment. Counters begin with the process and only grow.
 *
 * @param watches statuses that are watched or remembered
 * @param failing how many of them can't be told, since the source fails
 * @param told polls answered with a status
 * @param unchanged polls answered with word that the status is the one before
 * @param gone polls answered with word that there is no such status
 * @param failed polls that failed or took too long
 * @param time spent waiting for the answers of all of them
 */
public record SourceStats(int watches, int failing, long told, long unchanged, long gone, long failed, Duration time) {
    /** All polls that have been answered or given up. */
    public long polls() {
        return told + unchanged + gone + failed;
    }
}
