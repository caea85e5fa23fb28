package dev.fanfare.status.watch;

/** The clients of a status have reached the limit of different rules. The message is for the client. */
public final class TooManyRuleSets extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyRuleSets() {
        super("The clients of this status have " + WatcherGroups.MAX_RULE_SETS
                + " different sets of rules, which is the limit; use one that others use, or none");
    }
}
