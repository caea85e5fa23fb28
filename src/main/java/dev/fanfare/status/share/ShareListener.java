package dev.fanfare.status.share;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.poll.PollListener;
import java.time.Duration;

/** Hears what the polls of one status find, whichever node asks. */
public interface ShareListener extends PollListener {
    /**
     * The source told a status some time ago; otherwise as {@link #told}.
     *
     * @param age how long ago the source was last known to say so
     * @throws SourceFailure if it is no good
     */
    void heard(Reading reading, Duration age);
}
