package dev.fanfare.cluster;

import dev.fanfare.log.SharedLog.Life;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/*
 * A copy counts its events from 1 without holes; the log jumps where a new life begins. So a copy consists of stretches, and in
 * each the positions of the log are those of the copy plus a number:
 *
 *   copy   1 ........ 700 | 701 ...........
 *   log    301 ..... 1000 | 1049577 ........
 *                  hole: 1001 to 1049576
 *
 * A cursor may lie in a hole: at its lower end whoever reads goes on without having missed anything, above it an event that the
 * reader has seen was lost. A place between two stretches has two cursors in the log; the higher one is told.
 */
/**
 * Where the events of a copy lie in the log, and which lives the log has. Immutable.
 *
 * @param lives those of the log, oldest first; empty before it was met
 * @param stretches oldest first; empty before it was met. The last one may have no event yet
 */
record Places(List<Life> lives, List<Stretch> stretches) {
    /** Of a copy that has met no log. */
    static final Places NOWHERE = new Places(List.of(), List.of());

    private static final String VERSION = "1";

    /** Events of a copy that lie side by side in the log, from one position of the copy and of the log on. */
    record Stretch(long local, long shared) {
        long sharedOf(long localPosition) {
            return shared + (localPosition - local);
        }

        long localOf(long sharedPosition) {
            return local + (sharedPosition - shared);
        }
    }

    /**
     * A cursor in the log, and where to read in the copy for it.
     *
     * @param shared above the cursor that was asked for if what lay between is gone or lost
     */
    record Cursor(long shared, long local) {}

    Places {
        lives = List.copyOf(lives);
        stretches = List.copyOf(stretches);
    }

    boolean isMet() {
        return !stretches.isEmpty();
    }

    /** The position in the log of an event. */
    long sharedOf(long localPosition) {
        for (int i = stretches.size() - 1; i > 0; i--) {
            if (stretches.get(i).local() <= localPosition) {
                return stretches.get(i).sharedOf(localPosition);
            }
        }
        return stretches.isEmpty() ? localPosition : stretches.get(0).sharedOf(localPosition);
    }

    /** The cursor in the log behind an event of the copy; that behind a hole where one follows. */
    long cursorOf(long localPosition) {
        return isMet() ? sharedOf(localPosition + 1) - 1 : localPosition;
    }

    /** Where to read for a cursor. */
    Cursor find(long shared) {
        for (int i = stretches.size() - 1; i >= 0; i--) {
            Stretch stretch = stretches.get(i);
            if (shared >= stretch.shared() - 1) {
                long local = stretch.localOf(shared);
                Stretch next = i + 1 < stretches.size() ? stretches.get(i + 1) : null;
                return next != null && local >= next.local()
                        ? new Cursor(next.shared() - 1, next.local() - 1)
                        : new Cursor(shared, local);
            }
        }
        Stretch first = stretches.get(0);
        return new Cursor(first.shared() - 1, first.local() - 1);
    }

    /** The index of the life in which a position lies, or with which it begins; -1 for none. */
    int lifeOf(long shared) {
        for (int i = lives.size() - 1; i >= 0; i--) {
            if (lives.get(i).from() - 1 <= shared) {
                return i;
            }
        }
        return -1;
    }

    /** The epoch in which a position is one; the oldest that is known for one that lies before. */
    @Nullable
    String epochOf(long shared) {
        return epochOf(lives, shared);
    }

    static @Nullable String epochOf(List<Life> lives, long shared) {
        for (int i = lives.size() - 1; i > 0; i--) {
            if (lives.get(i).from() - 1 <= shared) {
                return lives.get(i).epoch();
            }
        }
        return lives.isEmpty() ? null : lives.get(0).epoch();
    }

    /** The life of an epoch; null if none is known. */
    @Nullable
    Life life(String epoch) {
        for (Life life : lives) {
            if (life.epoch().equals(epoch)) {
                return life;
            }
        }
        return null;
    }

    Places withLives(List<Life> now) {
        return new Places(now, stretches);
    }

    /** Without what begins behind a position. */
    Places upTo(long shared) {
        return new Places(
                lives,
                stretches.stream()
                        .filter(each -> each.equals(stretches.get(0)) || each.shared() <= shared)
                        .toList());
    }

    /** With events from a position of the log on, in place of a last stretch without events; without those that are gone. */
    Places goingOn(Stretch next, long localKeptAfter) {
        List<Stretch> all = new ArrayList<>(stretches);
        all.removeIf(each -> each.local() >= next.local());
        all.add(next);
        while (all.size() > 1 && all.get(1).local() - 1 < localKeptAfter) {
            all.remove(0);
        }
        return new Places(lives, all);
    }

    /** As a text, to be read by {@link #read}. */
    String text() {
        StringBuilder text = new StringBuilder(VERSION).append('\n');
        for (Life life : lives) {
            text.append("life ")
                    .append(life.epoch())
                    .append(' ')
                    .append(life.from())
                    .append(' ')
                    .append(life.lostAfter())
                    .append('\n');
        }
        for (Stretch stretch : stretches) {
            text.append("stretch ")
                    .append(stretch.local())
                    .append(' ')
                    .append(stretch.shared())
                    .append('\n');
        }
        return text.toString();
    }

    /**
     * What a text says.
     *
     * @throws IllegalArgumentException if it is none of {@link #text}
     */
    static Places read(String text) {
        if (text.isEmpty()) {
            return NOWHERE;
        }
        List<Life> lives = new ArrayList<>();
        List<Stretch> stretches = new ArrayList<>();
        List<String> lines = text.lines().toList();
        if (!Objects.equals(lines.get(0), VERSION)) {
            throw new IllegalArgumentException("a copy's note of version " + lines.get(0) + "; this is " + VERSION);
        }
        for (String line : lines.subList(1, lines.size())) {
            String[] parts = line.split(" ", -1);
            if (parts[0].equals("life") && parts.length == 4) {
                lives.add(new Life(parts[1], Long.parseLong(parts[2]), Long.parseLong(parts[3])));
            } else if (parts[0].equals("stretch") && parts.length == 3) {
                stretches.add(new Stretch(Long.parseLong(parts[1]), Long.parseLong(parts[2])));
            } else {
                throw new IllegalArgumentException("a copy's note with a line '" + line + "'");
            }
        }
        return new Places(lives, stretches);
    }
}
