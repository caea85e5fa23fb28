package dev.fanfare.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.log.SharedLog;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Remembers all that a follower is told, and fails where the order of the port is broken. Thread-safe. */
final class RecordingFollower implements SharedLog.Follower {
    @GuardedBy("this")
    private final List<SharedLog.Stored> events = new ArrayList<>();

    @GuardedBy("this")
    private final List<SharedLog.Stand> stands = new ArrayList<>();

    @GuardedBy("this")
    private final List<String> told = new ArrayList<>();

    @GuardedBy("this")
    private final List<String> faults = new ArrayList<>();

    @Override
    public synchronized void events(List<SharedLog.Stored> more) {
        if (stands.isEmpty()) {
            faults.add("events before a stand");
            return;
        }
        for (SharedLog.Stored each : more) {
            long last = events.isEmpty() ? 0 : events.get(events.size() - 1).position();
            if (each.position() <= last) {
                faults.add("position " + each.position() + " after " + last);
            }
            if (!events.isEmpty() && each.position() > last + 1 && !isExplained(last, each.position())) {
                faults.add("an unexplained hole between " + last + " and " + each.position());
            }
            events.add(each);
            told.add("event " + text(each));
        }
    }

    @GuardedBy("this")
    private boolean isExplained(long last, long next) {
        SharedLog.Stand stand = stands.get(stands.size() - 1);
        return next == stand.keptAfter() + 1
                || stand.lives().stream().anyMatch(life -> life.from() > last && life.from() == next);
    }

    @Override
    public synchronized void stand(SharedLog.Stand stand) {
        stands.add(stand);
        told.add("stand");
    }

    @Override
    public synchronized void away(String why) {
        told.add("away");
    }

    @Override
    public synchronized void back() {
        told.add("back");
    }

    synchronized List<String> texts() {
        return events.stream().map(RecordingFollower::text).toList();
    }

    synchronized List<Long> positions() {
        return events.stream().map(SharedLog.Stored::position).toList();
    }

    synchronized List<SharedLog.Stand> stands() {
        return List.copyOf(stands);
    }

    /** The present life, as told last. */
    synchronized SharedLog.Life life() {
        return stands.get(stands.size() - 1).life();
    }

    synchronized List<String> told() {
        return List.copyOf(told);
    }

    /** What was against the order of the port. */
    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    static String text(SharedLog.Stored event) {
        return new String(event.record(), StandardCharsets.UTF_8);
    }
}
