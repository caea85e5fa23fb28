package dev.fanfare.status.poll;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import java.time.Duration;

/** Hears what the polls of one status find: by one thread at a time, in the order of the reads. */
public interface PollListener {
    /**
     * The source told a status.
     *
     * @throws SourceFailure if it is no good
     */
    void told(Reading reading);

    /**
     * The source failed, and is asked again after {@code nextIn} or later.
     *
     * @param asked false if it was not even asked, because it is known to fail
     */
    void failed(SourceFailure failure, Duration nextIn, boolean asked);
}
