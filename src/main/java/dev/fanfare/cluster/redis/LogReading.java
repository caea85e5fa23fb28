package dev.fanfare.cluster.redis;

import dev.fanfare.log.SharedLog.Stored;
import dev.fanfare.log.SharedLog.Stretch;
import java.util.ArrayList;
import java.util.List;

/** Reads a stretch of the log, in pages whose size follows that of the events. Stateless but for the key's names. */
final class LogReading {
    private final RedisKeys keys;

    LogReading(RedisKeys keys) {
        this.keys = keys;
    }

    /** See {@link dev.fanfare.log.SharedLog#read}. */
    Stretch read(RedisLink link, long after, int mostEvents, long mostBytes) {
        List<?> stand = RedisLink.list(link.call("HMGET", keys.meta(), "h", "k"));
        Object head = stand.get(0);
        List<Stored> events = new ArrayList<>();
        PageSize size = new PageSize();
        long bytes = 0;
        long cursor = stand.get(1) == null ? after : Math.max(after, RedisLink.number(stand.get(1)));
        while (events.size() < mostEvents && bytes < mostBytes) {
            List<?> answer =
                    RedisLink.list(link.call("XRANGE", keys.log(), "(" + cursor + "-0", "+", "COUNT", size.entries()));
            long pageBytes = 0;
            for (EventPage.Entry each : EventPage.read(answer, cursor)) {
                if (bytes >= mostBytes || events.size() >= mostEvents) {
                    return new Stretch(events, cursor);
                }
                events.add(each.event());
                cursor = each.event().position();
                bytes += each.event().record().length;
                pageBytes += each.event().record().length;
            }
            boolean isLast = answer.size() < size.entries();
            size.came(answer.size(), pageBytes);
            if (isLast) {
                break;
            }
        }
        boolean isEnd = events.isEmpty() && head != null;
        return new Stretch(events, isEnd ? Math.max(after, RedisLink.number(head)) : cursor);
    }
}
