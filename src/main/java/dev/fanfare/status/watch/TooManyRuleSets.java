package dev.fanfare.status.watch;

/** The clients of a status have as many different rules as they may. The message is for the client. */
public final class TooManyRuleSets extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyRuleSets() {
        super("This status is watched with " + WatcherGroups.MAX_RULE_SETS
                + " different rule sets already, which is the bound;" + " use one that others use, or none");
    }
}
