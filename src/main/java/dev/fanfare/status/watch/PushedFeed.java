package dev.fanfare.status.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.event.Event;
import dev.fanfare.event.Topic;
import dev.fanfare.log.Follower;
import dev.fanfare.status.StatusUrl;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * A watch that is made later looks the status up, and finds what was told before: an event is in the history when it is told.
 * Where a stretch of the log is passed over, what the watches know may be old, or may have been lost, so each is looked up
 * again; what the log tells meanwhile is newer than that.
 */
/**
 * Has the watches of this node adopt what any node has pushed, in the order of the log. Thread-safe; told by one thread at a
 * time.
 */
final class PushedFeed implements Follower {
    private static final System.Logger LOG = System.getLogger(PushedFeed.class.getName());

    private final Sources sources;
    private final Pushes pushes;

    /** The watches that are being looked up anew. */
    @GuardedBy("this")
    private final List<PushedWatch> stale = new ArrayList<>();

    PushedFeed(Sources sources, Pushes pushes) {
        this.sources = sources;
        this.pushes = pushes;
    }

    @Override
    public void events(long after, long first, List<Event> events) {
        for (Event event : events) {
            if (Pushes.isStatus(event)) {
                try {
                    tell(event);
                } catch (RuntimeException | Error e) { // others follow, and none may be held up
                    LOG.log(System.Logger.Level.ERROR, "A status that was pushed could not be shown", e);
                }
            }
        }
    }

    private synchronized void tell(Event event) {
        for (Topic topic : event.topics()) {
            RegisteredSource source = sourceOf(topic.value());
            StatusUrl url = source == null ? null : urlOf(source, topic.value());
            if (source != null && url != null) {
                adopt(source.watches(), url, Pushes.last(event, source.settings()));
            }
        }
    }

    private @Nullable RegisteredSource sourceOf(String topic) {
        if (!topic.startsWith(StatusUrl.PREFIX)) {
            return null;
        }
        int query = topic.indexOf('?');
        RegisteredSource source =
                sources.find(topic.substring(StatusUrl.PREFIX.length(), query < 0 ? topic.length() : query));
        return source != null && source.isPushed() ? source : null;
    }

    private static @Nullable StatusUrl urlOf(RegisteredSource source, String topic) {
        Map<String, List<String>> query = new HashMap<>();
        int begin = topic.indexOf('?');
        try {
            for (String param :
                    begin < 0 ? new String[0] : topic.substring(begin + 1).split("&", -1)) {
                int equals = param.indexOf('=');
                if (equals < 0) {
                    return null;
                }
                query.put(decoded(param.substring(0, equals)), List.of(decoded(param.substring(equals + 1))));
            }
            StatusUrl url = source.url(query);
            return url.topic().value().equals(topic) ? url : null;
        } catch (IllegalArgumentException e) { // a node with other settings pushed it
            return null;
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    @GuardedBy("this")
    private void adopt(WatchRegistry watches, StatusUrl url, Pushes.Last last) {
        Newest newest = last.status();
        if (newest == null) {
            return;
        }
        Watch watch = watches.reserved(url);
        if (watch instanceof PushedWatch pushed) {
            stale.remove(pushed);
            if (last.ended()) {
                pushed.endInLog();
                return;
            }
        }
        while (watch != null && !watch.adopt(newest)) {
            watch.drop();
            watch = watches.reserved(url);
        }
    }

    @Override
    public void passOver(long position) {
        List<PushedWatch> known = new ArrayList<>();
        for (RegisteredSource source : sources.all()) {
            for (Watch watch : source.watches().watches()) {
                if (watch instanceof PushedWatch pushed) {
                    known.add(pushed);
                }
            }
        }
        synchronized (this) {
            stale.clear();
            stale.addAll(known);
        }
        known.forEach(this::lookAgain);
    }

    private void lookAgain(PushedWatch watch) {
        pushes.last(watch.url(), watch.settings()).whenComplete((last, error) -> {
            synchronized (this) {
                if (stale.remove(watch) && last != null) {
                    Newest newest = last.status();
                    if (newest != null) {
                        watch.adopt(newest);
                    }
                    if (newest != null && last.ended()) {
                        watch.endInLog();
                    }
                }
            }
            if (error != null) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "A status can't be looked up in the history; it may be old",
                        error);
            }
        });
    }
}
