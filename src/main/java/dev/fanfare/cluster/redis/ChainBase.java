package dev.fanfare.cluster.redis;

import java.security.SecureRandom;

/** Where the chain of a new log begins, see {@link EventPage}: two logs never count alike. */
final class ChainBase {
    /** Leaves room below 2^53, up to which the numbers of a script are exact: 8 PiB. */
    private static final long MOST = 1L << 40;

    private static final SecureRandom RANDOM = new SecureRandom();

    private ChainBase() {}

    static long create() {
        return RANDOM.nextLong(MOST);
    }
}
