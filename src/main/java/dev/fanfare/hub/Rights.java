package dev.fanfare.hub;

import dev.fanfare.event.Topic;
import java.util.List;

/** What a subscriber may see beyond public events. Implementations are immutable and shared by all with equal rights. */
@FunctionalInterface
public interface Rights {
    /** May see public events only. */
    Rights PUBLIC_ONLY = topics -> false;

    /** May see everything. */
    Rights ALL = topics -> true;

    /** Whether a private event with these topics may be seen. Quick, and always the same answer for the same topics. */
    boolean allow(List<Topic> topics);
}
