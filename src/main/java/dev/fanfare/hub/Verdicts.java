package dev.fanfare.hub;

import dev.fanfare.event.Topic;
import java.util.Arrays;
import java.util.List;

/**
 * Who may see a private event, as far as it has been asked: the answer for each of the first {@value #MAX_KEPT} rights, which
 * are few where many clients share theirs. Thread-safe; two threads that ask at the same moment may both have to find out.
 */
final class Verdicts {
    private static final int MAX_KEPT = 16;

    private record Verdict(Rights rights, boolean allowed) {}

    private volatile Verdict[] kept = new Verdict[0];

    boolean allow(Rights rights, List<Topic> topics) {
        Verdict[] known = kept;
        for (Verdict verdict : known) {
            if (verdict.rights() == rights) {
                return verdict.allowed();
            }
        }
        boolean allowed = rights.allow(topics);
        if (known.length < MAX_KEPT) {
            Verdict[] more = Arrays.copyOf(known, known.length + 1);
            more[known.length] = new Verdict(rights, allowed);
            kept = more;
        }
        return allowed;
    }
}
