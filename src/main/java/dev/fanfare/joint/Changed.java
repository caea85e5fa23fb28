package dev.fanfare.joint;

import java.util.List;

/**
 * What came of a change of a stream's members. Immutable.
 *
 * @param number which change of the stream it was
 * @param added those that are members now; it may turn out later that a status can't be had
 * @param removed those that are none any more
 * @param refused those that can't be had
 */
public record Changed(long number, List<MemberName> added, List<MemberName> removed, List<Refusal> refused) {
    public Changed {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        refused = List.copyOf(refused);
    }
}
