package dev.fanfare.joint;

import dev.fanfare.event.Selector;
import dev.fanfare.status.watch.Joining;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Members that a client wants, and those that were refused before. Immutable.
 *
 * @param topics each once
 * @param statuses under their names
 */
public record Wishes(List<Selector> topics, Map<MemberName, Joining> statuses, List<Refusal> refused) {
    public Wishes {
        topics = List.copyOf(topics);
        statuses = Collections.unmodifiableMap(new LinkedHashMap<>(statuses));
        refused = List.copyOf(refused);
    }
}
